import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../commands/dead-letters/dead-letter.ts';
import { findDeadLetters } from '../../commands/dead-letters/find-dead-letters.ts';
import { openLocalPlaces } from '../../commands/dead-letters/local-places.ts';
import { redrive } from '../../commands/dead-letters/redrive.ts';
import { describeService } from '../../commands/service.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { minuteKey, type ObjectKey } from '../../lib/domain/keys.ts';
import { encodePartial } from '../../lib/domain/partial.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { createLogger } from '../../lib/logger.ts';
import { aggregate } from '../../lib/pipeline/aggregate/aggregate.ts';
import type { LoggedRecord } from '../../local-store/local-stream.ts';
import { openLocalStore, type LocalStore } from '../../local-store/open-local-store.ts';
import type { QueueSettings } from '../../local-store/queues.ts';
import { bucketDestination } from '../../local-store/stream-event-source.ts';
import { invocationRecord } from '../../event-source/stream/invocation-record.ts';
import { kinesisStreamEvent } from '../../event-source/stream/kinesis-event.ts';
import { receivedRecord, windowPartial } from '../factories.ts';
import { foldingLimits as limits } from '../factories.ts';
import { temporaryDirectory } from './counted-directory.ts';
import { jsonLines, runCommand } from './run-command.ts';

const maxReceiveCount = 3;
const described = await describeService();
const givingUpSooner = ({ deadLetters, ...settings }: QueueSettings): QueueSettings => ({
  ...settings,
  deadLetters: deadLetters && { ...deadLetters, maxReceiveCount },
});
const service = { ...described, queues: described.queues.map(givingUpSooner) };
const stream = 'log-analytics-pipeline-dev-insights';
const verifyQueue = 'log-analytics-pipeline-dev-verify';
const batch = 'batches/cus-axon/k-lost';
const logger = createLogger({ level: 'error', clock: { now: () => new Date() }, write: () => {} });

let now = new Date();
const clock = { now: () => now };

/** Works on the data directory as the emulator would, while no function runs. */
async function inStore<T>(directory: string, work: (store: LocalStore) => Promise<T>): Promise<T> {
  const store = await openLocalStore(directory, { ...service, clock, logger });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Creates a data directory in which the real `aggregate` has failed on this data. */
async function directoryWithFailed(...data: readonly Buffer[]): Promise<string> {
  const directory = await temporaryDirectory();
  await inStore(directory, async (store) => {
    const place = {
      stream,
      partition: 'shardId-000000000003',
      partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    };
    const records = data.map((each, index) => ({ ...place, sequenceNumber: String(index), data: each }));
    const { setAside } = await aggregate(records, { store: store.objects, clock }, limits);
    expect(setAside).toHaveLength(data.length);
  });
  return directory;
}

/** Resolves when the queue has the notification of a write, which is committed a moment after the write has returned. */
async function untilNotified(queue: ReturnType<LocalStore['queue']>): Promise<void> {
  while ([...queue.list()].length === 0) await setImmediate();
}

/** Receives the notification of a batch, or of a minute, until its queue gives it up. */
async function giveUp(store: LocalStore, key = batch, queueName = verifyQueue): Promise<void> {
  await store.objects.put(key as ObjectKey, Buffer.from('neither\n'), { ifNoneMatch: '*' });
  const queue = store.queue(queueName);
  await untilNotified(queue);
  for (let receives = 0; receives <= maxReceiveCount; receives++) {
    now = new Date(now.getTime() + 900_000);
    await queue.receive({ maxMessages: 1, maxBytes: 100_000, bytesOf: (body) => body.length });
  }
  now = new Date();
}

/** Gives up records as an event source does when they crash its function. */
async function giveUpRecords(store: LocalStore, ...data: readonly Buffer[]): Promise<void> {
  const origin = {
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:aggregate',
    eventSourceArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${stream}`,
    region: 'us-east-1',
    partition: 3,
  };
  const records = data.map((each, sequence) => ({ sequence, partitionKey: 'key', data: each, putAt: now }));
  const outcome = { kind: 'failed', cause: new Error('died of it') } as const;
  await bucketDestination(store.objects).deliver(
    invocationRecord(
      { records, condition: 'RecordAgeExceeded' },
      { records, invocations: 7, triedMilliseconds: 0, outcome },
      origin,
      now,
    ),
    kinesisStreamEvent(origin.partition, records, origin),
  );
}

function recordsIn(store: LocalStore): readonly LoggedRecord[] {
  const limits = { maxRecords: 9, maxBytes: 1_048_576 };
  const opened = store.stream(stream);
  return opened.partitions().flatMap((partition) => opened.read(partition, 0, limits));
}

function dataIn(store: LocalStore): readonly Buffer[] {
  return recordsIn(store).map(({ data }) => data);
}

async function list(directory: string) {
  return jsonLines(await runCommand('dead-letters', '--json', '--data-dir', directory)) as {
    readonly id: string;
    readonly cause: string;
  }[];
}

async function onlyId(directory: string): Promise<string> {
  const [only, ...others] = await list(directory);
  if (only === undefined || others.length > 0) throw new Error('There is not one dead letter.');
  return only.id;
}

/** A partial that lacks the agents of its requests. */
const forgedPartial = encodePartial(windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 2 } } }));

describe('npm run dead-letters', () => {
  it('lists and shows a failed record', async () => {
    const directory = await directoryWithFailed(forgedPartial);
    const { exitCode, stdout } = await runCommand('dead-letters', '--data-dir', directory);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ID +SINCE +QUEUE +WHAT +CAUSE\n/);
    expect(stdout).toContain('log-analytics-pipeline-dev-failed-records');
    expect(stdout).toContain(`${stream} shardId-000000000003 0`);
    expect(stdout).toContain('A stream record is damaged: requestsByUserAgent adds up to 0');

    const id = await onlyId(directory);
    const shown = await runCommand('dead-letters', 'show', id, '--data-dir', directory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      id,
      kind: 'failed-record',
      stream,
      partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
      text: forgedPartial.toString(),
      notices: [{ queue: 'log-analytics-pipeline-dev-failed-records' }],
    });
  });

  it('puts a record on its stream again, and then removes it', async () => {
    const directory = await directoryWithFailed(forgedPartial, Buffer.from([0, 255]));
    const [first] = await list(directory);
    const { exitCode, stdout } = await runCommand(
      'dead-letters',
      'redrive',
      first?.id ?? '',
      '--data-dir',
      directory,
    );
    expect(stdout).toContain(`${first?.id}  redriven to ${stream}\n1 of 1 dead letters were redriven.`);
    expect(exitCode).toBe(0);
    expect(await list(directory)).toHaveLength(1);

    const all = await runCommand('dead-letters', 'redrive', '--all', '--data-dir', directory);
    expect(all.exitCode).toBe(0);
    expect(await list(directory)).toEqual([]);
    await inStore(directory, async (store) => {
      expect(dataIn(store)).toEqual([forgedPartial, Buffer.from([0, 255])]);
      expect(recordsIn(store)[0]?.partitionKey).toBe('cus-axon/2025-12-28T18:03:00Z');
      expect([...store.queue('log-analytics-pipeline-dev-failed-records').list()]).toEqual([]);
    });
  });

  it('counts a record once if it is killed between putting it again and removing it', async () => {
    const directory = await temporaryDirectory();
    const counts = { requestsByPath: { 'GET /': 2 }, requestsByUserAgent: { Chrome: 2 } };
    const partial = windowPartial({ id: 1, counts });
    const window = minuteKey(partial.customerId, partial.windowStart);
    const recordOf = (data: Buffer, index: number) => ({ ...receivedRecord(String(index), data), stream });
    const count = (store: LocalStore, ...data: readonly Buffer[]) =>
      aggregate(data.map(recordOf), { store: store.objects, clock }, limits);
    await inStore(directory, async (store) => {
      await store.objects.put(window, Buffer.from('damaged'), { ifNoneMatch: '*' });
      expect((await count(store, encodePartial(partial))).setAside).toHaveLength(1);
      await store.objects.delete(window);
    });

    const places = await openLocalPlaces(directory, { clock, stderr: process.stderr });
    const kill = () => Promise.reject(new Error('It was killed.'));
    for await (const letter of findDeadLetters(places)) {
      const killed = redrive(letter, { ...places, store: { ...places.store, delete: kill } });
      await expect(killed).rejects.toThrow('It was killed.');
    }
    await places.close();

    const { stdout } = await runCommand('dead-letters', 'redrive', '--all', '--data-dir', directory);
    expect(stdout).toContain('1 of 1 dead letters were redriven.');
    await inStore(directory, async (store) => {
      const redriven = dataIn(store);
      expect(redriven).toEqual([encodePartial(partial), encodePartial(partial)]);
      await count(store, ...redriven);
      const object = (await store.objects.get(window)) ?? expect.fail('nothing was counted');
      expect(decodeWindow(object.body)).toMatchObject({ requests: 2, batches: 1 });
    });
  });

  it('lists a record without its message, and removes a message without its record', async () => {
    const directory = await directoryWithFailed(forgedPartial);
    await rm(join(directory, 'objects/failed'), { recursive: true });
    expect(await list(directory)).toMatchObject([
      { cause: 'the record is gone; a redrive removes its message' },
    ]);
    await runCommand('dead-letters', 'redrive', '--all', '--data-dir', directory);
    expect(await list(directory)).toEqual([]);

    await inStore(directory, async (store) => {
      const record = { stream, partition: 'p', sequenceNumber: '7', partitionKey: 'k', data: forgedPartial };
      await aggregate([record], { store: store.objects, clock }, limits);
      const queue = store.queue('log-analytics-pipeline-dev-failed-records');
      await untilNotified(queue);
      await queue.delete([...queue.list()]);
    });
    expect(await list(directory)).toMatchObject([{ queue: '', what: `${stream} p 7` }]);
  });

  it('lists, shows and puts back records that an event source gave up', async () => {
    const directory = await temporaryDirectory();
    await inStore(directory, (store) => giveUpRecords(store, forgedPartial, Buffer.from([0, 255])));
    expect(await list(directory)).toMatchObject([
      {
        queue: 'log-analytics-pipeline-dev-failed-records',
        what: `${stream} shardId-000000000003 0–1`,
        cause: 'the function aggregate died of it (RecordAgeExceeded, 7 attempts)',
      },
    ]);
    const id = await onlyId(directory);
    const shown = await runCommand('dead-letters', 'show', id, '--data-dir', directory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      kind: 'given-up-records',
      stream,
      records: [
        { sequenceNumber: '0', partitionKey: 'key', text: forgedPartial.toString() },
        { sequenceNumber: '1', base64: 'AP8=' },
      ],
      notices: [{ queue: 'log-analytics-pipeline-dev-failed-records' }],
    });
    const redriven = await runCommand('dead-letters', 'redrive', id, '--data-dir', directory);
    expect(redriven.stdout).toContain(`${id}  redriven to ${stream}`);
    expect(await list(directory)).toEqual([]);
    await inStore(directory, async (store) => {
      expect(dataIn(store)).toEqual([forgedPartial, Buffer.from([0, 255])]);
      expect([...store.queue('log-analytics-pipeline-dev-failed-records').list()]).toEqual([]);
    });
  });

  it('leaves given-up records as they are if their object is damaged', async () => {
    const directory = await temporaryDirectory();
    const [damaged, empty] = ['aws/lambda/damaged' as ObjectKey, 'aws/lambda/empty' as ObjectKey];
    await inStore(directory, async (store) => {
      await store.objects.put(damaged, Buffer.from('{"version":'), { ifNoneMatch: '*' });
      await store.objects.put(empty, Buffer.from('{"version":"1.0"}'), { ifNoneMatch: '*' });
    });
    expect(await list(directory)).toMatchObject([
      { what: damaged, cause: 'A record of an invocation is damaged: it is not JSON.' },
      { what: empty, cause: expect.stringContaining('A record of an invocation is damaged: ✖') as string },
    ]);
    const all = await runCommand('dead-letters', 'redrive', '--all', '--data-dir', directory);
    expect(all.stdout).toContain('0 of 2 dead letters were redriven.');
    expect(all.exitCode).toBe(1);
    expect(await list(directory)).toHaveLength(2);
  });

  it('leaves a record as it is if its stream no longer exists', async () => {
    const directory = await directoryWithFailed(forgedPartial);
    await inStore(directory, async (store) => {
      const record = {
        stream: 'gone',
        partition: 'p',
        sequenceNumber: '7',
        partitionKey: 'k',
        data: forgedPartial,
      };
      await aggregate([record], { store: store.objects, clock }, limits);
    });
    const { exitCode, stdout } = await runCommand(
      'dead-letters',
      'redrive',
      '--all',
      '--data-dir',
      directory,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain('NOT redriven: There is no stream "gone"');
    expect(stdout).toContain('1 of 2 dead letters were redriven.');
    expect(await list(directory)).toHaveLength(1);
  });

  it('gives the notification of a batch back to the queue that gave it up', async () => {
    const directory = await temporaryDirectory();
    await inStore(directory, (store) => giveUp(store));
    expect(await list(directory)).toMatchObject([
      {
        queue: 'log-analytics-pipeline-dev-unverified-batches',
        what: batch,
        cause: `received ${maxReceiveCount} times from ${verifyQueue}`,
      },
    ]);
    const id = await onlyId(directory);
    const shown = await runCommand('dead-letters', 'show', id, '--data-dir', directory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      kind: 'given-up-message',
      message: { receiveCount: maxReceiveCount, givenUpBy: verifyQueue },
      objects: { [batch]: { unreadable: 'A batch is damaged: it is not JSON.' } },
    });
    const { stdout } = await runCommand('dead-letters', 'redrive', id, '--data-dir', directory);
    expect(stdout).toContain(`redriven to ${verifyQueue}`);
    expect(await list(directory)).toEqual([]);
    await inStore(directory, async (store) => {
      expect([...store.queue(verifyQueue).list()]).toMatchObject([{ receiveCount: 0 }]);
    });
  });

  it('shows a minute whose hour could not be recomputed, and gives its notification back', async () => {
    const directory = await temporaryDirectory();
    const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json';
    await inStore(directory, (store) => giveUp(store, minute, 'log-analytics-pipeline-dev-roll-up'));
    expect(await list(directory)).toMatchObject([
      { queue: 'log-analytics-pipeline-dev-failed-roll-ups', what: minute },
    ]);
    const id = await onlyId(directory);
    const shown = await runCommand('dead-letters', 'show', id, '--data-dir', directory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      objects: { [minute]: { unreadable: 'A window is damaged: it ends too early.' } },
    });
    const { stdout } = await runCommand('dead-letters', 'redrive', id, '--data-dir', directory);
    expect(stdout).toContain('redriven to log-analytics-pipeline-dev-roll-up');
  });

  it('lists a message that was given up because it is not valid', async () => {
    const body = '{"Records":[{"s3":{"object":{"key":"batches/cus-axon/k-%zz"}}}]}';
    const times = { sentAt: now, visibleAt: now, firstReceivedAt: now };
    const message = { id: '1', body, ...times, receiveCount: 1_000, givenUpBy: verifyQueue };
    const places = { queueNames: ['unverified'], hasQueuesOfWork: false, messagesOf: () => [message] };
    const letters: DeadLetter[] = [];
    for await (const letter of findDeadLetters({ ...places, store: new InMemoryObjectStore() })) {
      letters.push(letter);
    }
    expect(letters).toMatchObject([{ kind: 'given-up-message', keys: [], message: { body } }]);
  });

  it('reports an unknown dead letter', async () => {
    const directory = await directoryWithFailed();
    expect((await runCommand('dead-letters', '--data-dir', directory)).stdout).toBe(
      'There are no dead letters.\n',
    );
    for (const action of ['show', 'redrive']) {
      const { exitCode, stderr } = await runCommand(
        'dead-letters',
        action,
        'nobody',
        '--data-dir',
        directory,
      );
      expect(stderr).toContain('There is no dead letter nobody.');
      expect(exitCode).toBe(1);
    }
  });

  it('refuses to redrive while somebody owns the directory, but lists', async () => {
    const directory = await directoryWithFailed(forgedPartial);
    await inStore(directory, async () => {
      const { exitCode, stderr } = await runCommand(
        'dead-letters',
        'redrive',
        '--all',
        '--data-dir',
        directory,
      );
      expect(stderr).toContain(`in use by process ${process.pid}`);
      expect(exitCode).toBe(2);
      expect(await list(directory)).toHaveLength(1);
    });
  });

  it.each([['remove'], ['show'], ['redrive'], ['redrive', 'a', '--all'], ['list', '--all'], ['--colour']])(
    'exits with 2 when it is given %s %s %s',
    async (...args) => {
      const { exitCode, stderr } = await runCommand('dead-letters', ...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('See --help.');
    },
  );

  it('explains itself', async () => {
    const { exitCode, stdout } = await runCommand('dead-letters', '--help');
    expect(exitCode).toBe(0);
    for (const word of ['list', 'show', 'redrive', '--all', '--data-dir', '--json']) {
      expect(stdout).toContain(word);
    }
  });
});
