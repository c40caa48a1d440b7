import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { batchKey, minuteKey } from '../../../lib/domain/keys.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../../lib/pipeline/ingest/read-batch.ts';
import type { FirstSights } from '../../../lib/pipeline/verify/first-sights.ts';
import { ReEmissionTimes } from '../../../lib/pipeline/verify/re-emission-times.ts';
import type { StoredNotification } from '../../../lib/pipeline/verify/verdict.ts';
import { verify } from '../../../lib/pipeline/verify/verify.ts';
import {
  batchIdOf,
  customer,
  foldingLimits,
  instant,
  receivedRecord,
  sentEntry,
  sentJson,
  simpleRules,
  windowStart,
} from '../../factories.ts';
import { withAdmission } from '../with-admission.ts';

export const verifyOptions = {
  marginSeconds: 2,
  lookAgainSeconds: 60,
  overdueSeconds: 900,
  maxSeconds: 30,
  onlyEmitterSince: undefined,
} as const;

/** Records the requests that it gets, and takes time for each. */
class CountingStore extends InMemoryObjectStore {
  readonly reads: string[] = [];
  secondsARead = 0;
  readonly #wait: (seconds: number) => void;

  constructor(wait: (seconds: number) => void) {
    super();
    this.#wait = wait;
  }

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    this.reads.push(args[0]);
    this.#wait(this.secondsARead);
    return super.get(...args);
  }

  override list(...args: Parameters<InMemoryObjectStore['list']>) {
    this.reads.push(args[0]);
    return super.list(...args);
  }
}

type Stream = ReturnType<typeof createInMemoryEventStream>;

/** A pipeline in memory whose time the test sets, so that batches can be verified. */
export class VerifyWorld {
  now = instant('2025-12-28T18:04:00Z');
  readonly clock = { now: () => this.now };
  readonly store = new CountingStore((seconds) => this.wait(seconds));
  readonly insights = createInMemoryEventStream({ clock: this.clock });
  readonly late = createInMemoryEventStream({ clock: this.clock });
  readonly reEmissions = new ReEmissionTimes();
  /** Set where intents precede batches. */
  sights: FirstSights | undefined;

  /** Sets the clock back for a negative number. */
  wait(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1_000);
  }

  /** Sends a batch with an entry in each of these minutes. */
  async storeBatch(key: string, ...minutes: readonly string[]): Promise<StoredNotification> {
    const entries = minutes.map((minute) => sentEntry({ receivedAt: `2025-12-28T${minute}:07Z` }));
    const sent = sentJson(key, entries);
    const { store, insights, late, clock } = this;
    const ports = withAdmission({ store, streams: { insights, late }, clock });
    await ingest(await readBatch(sent, 100_000), ports, {
      rules: simpleRules,
      allowedLatenessSeconds: 600,
      maxFutureSeconds: 3_600,
    });
    return this.notification(key);
  }

  notification(key: string, receiveCount = 1): StoredNotification {
    return {
      messageId: `message-of-${key}`,
      key: batchKey(customer(), batchIdOf(key)),
      receiveCount,
      firstReceivedAt: this.now,
    };
  }

  async count(stream: Stream, maxRecords?: number): Promise<void> {
    const records = stream.drain(maxRecords).map(({ data }, index) => receivedRecord(`${index}`, data));
    await aggregate(records, this, foldingLimits);
  }

  async verdictOn(...notifications: readonly StoredNotification[]) {
    const { store, insights, late, clock, reEmissions, sights } = this;
    const verified = await verify(
      notifications,
      { ...withAdmission({ store, streams: { insights, late }, clock }), reEmissions, sights },
      verifyOptions,
    );
    const verdicts = new Map(
      verified.flatMap(({ notifications: its, verdict }) => its.map((each) => [each, verdict])),
    );
    return notifications.map((each) => verdicts.get(each));
  }

  async requestsAt(minute: string): Promise<number | undefined> {
    const window = await this.store.get(minuteKey(customer(), windowStart(`2025-12-28T${minute}:00Z`)));
    return window && decodeWindow(window.body).requests;
  }
}
