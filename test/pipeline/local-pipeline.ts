import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CountingRules } from '../../lib/domain/counting-rules.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { batchKey, windowPrefix } from '../../lib/domain/keys.ts';
import type { WindowAggregate } from '../../lib/domain/window-aggregate.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { Unavailable } from '../../lib/errors.ts';
import { createLogger } from '../../lib/logger.ts';
import { aggregate } from '../../lib/pipeline/aggregate/aggregate.ts';
import { ingest } from '../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../lib/pipeline/ingest/read-batch.ts';
import { rollUp } from '../../lib/pipeline/roll-up/roll-up.ts';
import type { StreamName } from '../../lib/domain/stream-name.ts';
import type { Streams } from '../../lib/pipeline/streams/streams.ts';
import type { StoredNotification, Verdict } from '../../lib/pipeline/verify/verdict.ts';
import { verify } from '../../lib/pipeline/verify/verify.ts';
import { ReEmissionTimes } from '../../lib/pipeline/verify/re-emission-times.ts';
import type { LocalStream } from '../../local-store/local-stream.ts';
import { realFileOperations } from '../../local-store/object-directory/file-operations.ts';
import { openLocalStore } from '../../local-store/open-local-store.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  sentJson,
  foldingLimits as limits,
} from '../factories.ts';
import { everything } from '../local-store/temporary-log.ts';
import { withAdmission } from './with-admission.ts';

/** The pipeline on the real local store, with its own clock; nothing in it happens by itself. */
export interface LocalPipeline {
  readonly directory: string;
  /** Stores a batch like `POST /logs`. @returns the notification that the store would send about the batch */
  send(key: string, entries: readonly object[], rules: CountingRules): Promise<StoredNotification>;
  /** Does the same, but dies between storing and emitting. */
  sendAndDie(key: string, entries: readonly object[], rules: CountingRules): Promise<StoredNotification>;
  /** Counts records of a stream, in order. @returns how many there were */
  count(stream: StreamName, maxRecords?: number): Promise<number>;
  /** Loses records, like a stream that keeps them for a day; the consumer passes them. */
  lose(stream: StreamName, maxRecords?: number): Promise<number>;
  verify(notifications: readonly StoredNotification[]): Promise<Verdict[]>;
  waiting(stream: StreamName): Promise<number>;
  pass(seconds: number): void;
  /** Recomputes all hours and days. */
  rollUp(): Promise<void>;
  windows(): Promise<readonly WindowAggregate[]>;
  close(): Promise<void>;
}

const consumer = 'aggregate';
const startedAt = instant('2025-12-28T18:04:00Z');
const bounds = { allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
const looks = {
  marginSeconds: 5,
  lookAgainSeconds: 60,
  overdueSeconds: 900,
  maxSeconds: 30,
  onlyEmitterSince: startedAt,
};
const maxBodyBytes = 2_097_152;

export async function openLocalPipeline(): Promise<LocalPipeline> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-pipeline-'));
  let now = startedAt;
  const clock = { now: () => now };
  const settings = {
    partitionCount: 2,
    consumers: [{ name: consumer, startingPosition: 'TRIM_HORIZON' }],
  } as const;
  const local = await openLocalStore(directory, {
    operations: realFileOperations,
    clock,
    logger: createLogger({ level: 'warn', clock, write: (line) => process.stderr.write(line) }),
    region: 'us-east-1',
    streams: { insights: settings, late: settings },
    queues: [],
    notifications: [],
  });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= local.close());
  onTestFinished(async () => {
    await close();
    await rm(directory, { recursive: true, force: true });
  });
  const reEmissions = new ReEmissionTimes();
  const streams = { insights: local.stream('insights'), late: local.stream('late') };
  const store = local.objects;

  async function send(key: string, entries: readonly object[], rules: CountingRules, through: Streams) {
    await ingest(
      await readBatch(sentJson(key, entries), maxBodyBytes),
      withAdmission({ store, streams: through, clock }),
      {
        ...bounds,
        rules,
      },
    );
  }
  const notificationOf = (key: string): StoredNotification => {
    return {
      messageId: `message-of-${key}`,
      key: batchKey(customer(), batchIdOf(key)),
      receiveCount: 1,
      firstReceivedAt: now,
    };
  };

  /** Takes records, and finishes them. */
  async function consume(stream: LocalStream, maxRecords: number, isCounting: boolean): Promise<number> {
    let taken = 0;
    for (const partition of stream.partitions()) {
      if (taken === maxRecords) break;
      const { records } = stream.take(consumer, partition, {
        ...everything,
        maxRecords: maxRecords - taken,
      });
      if (isCounting) {
        const received = records.map(({ sequence, data }) => receivedRecord(String(sequence), data));
        const { failed, kept } = await aggregate(received, { store, clock }, limits);
        if (failed.length + kept.length > 0) throw new Error('Not everything could be counted.');
      }
      await stream.finish(
        consumer,
        partition,
        records.map(({ sequence }) => sequence),
      );
      taken += records.length;
    }
    return taken;
  }

  return {
    directory,
    async send(key, entries, rules) {
      await send(key, entries, rules, streams);
      return notificationOf(key);
    },
    async sendAndDie(key, entries, rules) {
      const put = () => Promise.reject(new Unavailable('killed'));
      const isDead = (stream: LocalStream) => ({
        put,
        backlog: () => stream.backlog(),
        backlogOf: (customerId: CustomerId) => stream.backlogOf(customerId),
        consumedThrough: () => stream.consumedThrough(),
      });
      const dead = { insights: isDead(streams.insights), late: isDead(streams.late) };
      await send(key, entries, rules, dead).catch((error: unknown) => {
        if (!(error instanceof Unavailable)) throw error;
      });
      return notificationOf(key);
    },
    count: (stream, maxRecords = Infinity) => consume(streams[stream], maxRecords, true),
    lose: (stream, maxRecords = Infinity) => consume(streams[stream], maxRecords, false),
    async verify(notifications) {
      const verified = await verify(
        notifications,
        { ...withAdmission({ store, streams, clock }), reEmissions },
        looks,
      );
      return verified.map(({ verdict }) => verdict);
    },
    waiting: async (stream) => (await streams[stream].backlog()).records,
    pass: (seconds) => void (now = new Date(now.getTime() + seconds * 1_000)),
    async rollUp() {
      const notifications = [];
      for await (const key of store.list(windowPrefix(customer(), 'minute'))) {
        notifications.push({ messageId: key, key });
      }
      await rollUp(notifications, { store, clock }, { limits, maxSeconds: 60 });
    },
    async windows() {
      const windows: WindowAggregate[] = [];
      for await (const key of store.list(windowPrefix(customer(), 'minute'))) {
        const window = await store.get(key);
        if (window !== undefined) windows.push(decodeWindow(window.body));
      }
      return windows;
    },
    close,
  };
}
