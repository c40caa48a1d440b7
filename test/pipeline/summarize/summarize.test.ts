import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { batchKey, minuteKey, tombstoneKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { encodeTombstone } from '../../../lib/domain/tombstone.ts';
import { NewerFormat, Unavailable } from '../../../lib/errors.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { EmittedBatches } from '../../../lib/pipeline/ingest/emitted-batches.ts';
import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../../lib/pipeline/ingest/read-batch.ts';
import { createBacklogLimit } from '../../../lib/pipeline/summarize/backlog-limit.ts';
import type { Intent } from '../../../lib/pipeline/summarize/intent.ts';
import { IntentWaits } from '../../../lib/pipeline/summarize/intent-waits.ts';
import { summarize, type SummarizePorts } from '../../../lib/pipeline/summarize/summarize.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  sentEntry,
  simpleRules,
  windowStart,
} from '../../factories.ts';
import { createIntentOutbox, SteppedTimers } from '../intent-outbox.ts';
import { withAdmission } from '../with-admission.ts';

const storedAt = instant('2025-12-28T18:04:00Z');
const options = {
  putMilliseconds: 30_000,
  clockDifferenceMilliseconds: 60_000,
  maxWaitMilliseconds: 2_000,
  signal: new AbortController().signal,
};

let now: Date;
let onSleep: () => void;
let timers: SteppedTimers;
let store: InMemoryObjectStore;
let insights: ReturnType<typeof createInMemoryEventStream>;
let ports: SummarizePorts;
const clock = { now: () => now };

beforeEach(() => {
  now = storedAt;
  onSleep = () => {};
  timers = new SteppedTimers(() => onSleep());
  store = new InMemoryObjectStore();
  insights = createInMemoryEventStream({ clock });
  ports = createPorts();
});

/** Ports of a process that has just started. */
function createPorts(maxBacklogRecords = 100): SummarizePorts {
  const streams = { insights, late: createInMemoryEventStream({ clock }) };
  return {
    store,
    streams,
    backlogLimit: createBacklogLimit({ streams, timers, maxBacklogRecords }),
    clock,
    timers,
    emittedBatches: new EmittedBatches(),
    waits: new IntentWaits(timers),
  };
}

async function send(key: string, entries: readonly object[] = [sentEntry()]): Promise<Intent> {
  const body = Buffer.from(JSON.stringify(entries));
  const sent = { customerId: customer(), id: batchIdOf(key), contentEncoding: '', body } as const;
  const batch = await readBatch({ ...sent, mediaType: 'application/json' }, 10_000_000);
  const outbox = createIntentOutbox(options.putMilliseconds);
  const streams = { insights, late: insights };
  await ingest(batch, withAdmission({ store, streams, clock, outbox }), {
    rules: simpleRules,
    allowedLatenessSeconds: 600,
    maxFutureSeconds: 3_600,
  });
  return intentOf(key);
}

function intentOf(key: string): Intent {
  return { key: batchKey(customer(), batchIdOf(key)), appendedAt: now };
}

/** Returns an entry of each of the last minutes, each with a path of its own. */
function entriesOfMinutes(minutes: number): object[] {
  return Array.from({ length: minutes }, (_, minute) =>
    sentEntry({
      receivedAt: new Date(storedAt.getTime() - minute * 60_000).toISOString(),
      path: `/${minute}`,
    }),
  );
}

async function outcomesOf(intents: readonly Intent[], given: Partial<SummarizePorts> = {}) {
  const summarized = await summarize(intents, { ...ports, ...given }, options);
  return intents.map((intent) => summarized.find((each) => each.intent === intent)?.outcome);
}

describe('summarize', () => {
  it('emits the partials that are stored with a batch', async () => {
    const intent = await send('a', [sentEntry(), sentEntry({ receivedAt: '2025-12-28T18:04:00Z' })]);
    expect(await outcomesOf([intent])).toEqual([{ kind: 'emitted', partials: 2 }]);
    expect(insights.drain().map(({ partitionKey }) => partitionKey)).toEqual([
      'cus-axon/2025-12-28T18:03:00Z',
      'cus-axon/2025-12-28T18:04:00Z',
    ]);
  });

  it('treats copies of a key within one read as one, and drops those of later reads', async () => {
    const intent = await send('a');
    const copies = [intent, { ...intent }, { ...intent }];
    expect(await outcomesOf(copies)).toEqual(Array.from(copies, () => ({ kind: 'emitted', partials: 1 })));
    expect(await outcomesOf([{ ...intent }])).toEqual([{ kind: 'emitted-before' }]);
    expect(insights.drain()).toHaveLength(1);
  });

  it('emits again what a process before it may not have emitted', async () => {
    const intent = await send('a');
    await outcomesOf([intent]);
    ports = createPorts();
    expect(await outcomesOf([intent])).toEqual([{ kind: 'emitted', partials: 1 }]);
  });

  it('emits everything after records were lost, also what it remembers and what windows hold', async () => {
    const intent = await send('a');
    await outcomesOf([intent]);
    const received = insights.drain().map(({ data }, index) => receivedRecord(String(index), data));
    // The notification of this window may be among what was lost, and `aggregate` sends it again.
    await aggregate(received, { store, clock }, { maxKeysPerDimension: 10, maxKeyTextBytes: 1_000 });
    now = instant('2025-12-28T18:05:00Z');
    expect(await outcomesOf([intentOf('a')])).toEqual([{ kind: 'emitted-before' }]);
    expect(await outcomesOf([{ ...intentOf('a'), isAfterLoss: true }])).toEqual([
      { kind: 'emitted', partials: 1 },
    ]);
  });

  it('emits of a repetition only what the windows lack', async () => {
    const intent = await send('a', [sentEntry(), sentEntry({ receivedAt: '2025-12-28T18:04:00Z' })]);
    await outcomesOf([intent]);
    const [first] = insights.drain().map(({ data }, index) => receivedRecord(String(index), data));
    await aggregate(
      first === undefined ? [] : [first],
      { store, clock },
      { maxKeysPerDimension: 10, maxKeyTextBytes: 1_000 },
    );

    ports = createPorts();
    now = instant('2025-12-28T18:05:00Z');
    expect(await outcomesOf([intentOf('a')])).toEqual([{ kind: 'emitted', partials: 1 }]);
    expect(insights.drain().map(({ partitionKey }) => partitionKey)).toEqual([
      'cus-axon/2025-12-28T18:04:00Z',
    ]);
  });

  it('emits all of a repetition where a window is damaged, since it cannot tell', async () => {
    await store.put(minuteKey(customer(), windowStart()), Buffer.from('{}'), { ifNoneMatch: '*' });
    await send('a');
    now = instant('2025-12-28T18:05:00Z');
    expect(await outcomesOf([intentOf('a')])).toEqual([{ kind: 'emitted', partials: 1 }]);
  });

  it('waits for a batch that is stored after its intent was read', async () => {
    const intent = intentOf('a');
    let sent: Promise<unknown> | undefined;
    onSleep = () => void (sent ??= send('a'));
    expect(await outcomesOf([intent])).toEqual([{ kind: 'emitted', partials: 1 }]);
  });

  it('does not hold up stored batches for one that is not', async () => {
    const intents = [intentOf('absent'), await send('a')];
    expect(await outcomesOf(intents)).toEqual([{ kind: 'waiting' }, { kind: 'emitted', partials: 1 }]);
  });

  it('gives an intent back until the time of its put is over, even if the clock is wrong', async () => {
    const intent = intentOf('a');
    now = instant('2025-12-28T18:04:50Z'); // 50 seconds of which may be a difference of clocks
    expect(await outcomesOf([intent])).toEqual([{ kind: 'waiting' }]);
    timers.pass(options.putMilliseconds);
    expect(await outcomesOf([intent])).toEqual([{ kind: 'absent' }]);
  });

  it('does not wait anew for an old intent after a restart', async () => {
    const intent = intentOf('a');
    now = instant('2025-12-28T18:06:00Z');
    expect(await outcomesOf([intent])).toEqual([{ kind: 'absent' }]);
  });

  it('waits for the youngest of the intents of a batch', async () => {
    const old = { ...intentOf('never'), appendedAt: new Date(now.getTime() - 3_600_000) };
    expect(await outcomesOf([old, intentOf('never')])).toEqual([{ kind: 'waiting' }, { kind: 'waiting' }]);
  });

  it('waits for each intent of a batch anew, whatever the clock says', async () => {
    expect(await outcomesOf([intentOf('never')])).toEqual([{ kind: 'waiting' }]);
    timers.pass(options.putMilliseconds);
    now = new Date(now.getTime() + 1);
    expect(await outcomesOf([intentOf('never')])).toEqual([{ kind: 'waiting' }]);
  });

  it('has a repetition come again while its windows cannot be read', async () => {
    const intent = await send('a');
    const get: typeof store.get = async (key, ...rest) => {
      if (key.startsWith('aggregates/')) throw new Unavailable('S3 is away');
      return InMemoryObjectStore.prototype.get.call(store, key, ...rest);
    };
    const away = Object.assign(Object.create(store) as InMemoryObjectStore, { get });
    const repeated = { ...intent, appendedAt: new Date(now.getTime() + 60_000) };
    expect(await outcomesOf([repeated], { store: away })).toMatchObject([{ kind: 'failed' }]);
    expect(insights.drain()).toEqual([]);
  });

  it('asks for a backlog again that could not be read', async () => {
    const intent = await send('a');
    let reads = 0;
    const backlog = async () => {
      reads += 1;
      if (reads === 1) throw new Unavailable('no broker');
      return { records: 0, oldestPutAt: undefined };
    };
    const streams = { insights: { backlog }, late: { backlog } };
    const backlogLimit = createBacklogLimit({ streams, timers, maxBacklogRecords: 1 });
    expect(await outcomesOf([intent], { backlogLimit })).toMatchObject([{ kind: 'failed' }]);
    expect(await outcomesOf([intent], { backlogLimit })).toEqual([{ kind: 'emitted', partials: 1 }]);
  });

  it('calls a batch absent only by a look that began after the time of the put', async () => {
    class SlowStore extends InMemoryObjectStore {
      override async get(...args: Parameters<InMemoryObjectStore['get']>) {
        const found = await super.get(...args);
        timers.pass(options.putMilliseconds + 1); // in which the put may end
        return found;
      }
    }
    const intent = intentOf('a');
    expect(await outcomesOf([intent], { store: new SlowStore() })).toEqual([{ kind: 'waiting' }]);
    expect(await outcomesOf([intent], { store: new SlowStore() })).toEqual([{ kind: 'absent' }]);
  });

  it('reads a batch with many windows whole', async () => {
    const intent = await send('a', entriesOfMinutes(600));
    expect(await outcomesOf([intent], createPorts(10_000))).toEqual([{ kind: 'emitted', partials: 600 }]);
  });

  it.each([
    ['longer partials', 400],
    ['a longer header', 2_000],
    ['one window', 1],
  ])('reads the batch that takes the place of a long one meanwhile, with %s', async (_, minutes) => {
    const intent = await send('a', entriesOfMinutes(300));
    const replaced = await store.get(intent.key);
    await store.delete(intent.key);
    await send('a', entriesOfMinutes(minutes));
    class StoreReplacingIt extends InMemoryObjectStore {
      #reads = 0;

      override async get(...args: Parameters<InMemoryObjectStore['get']>) {
        if (args[0] !== intent.key || this.#reads++ > 0) return store.get(...args);
        return replaced && { ...replaced, body: replaced.body.subarray(0, args[1]?.firstBytes) };
      }
    }
    expect(await outcomesOf([intent], { ...createPorts(10_000), store: new StoreReplacingIt() })).toEqual([
      { kind: 'emitted', partials: minutes },
    ]);
  });

  it('names the long batch that is cut', async () => {
    const intent = await send('a', entriesOfMinutes(600));
    const whole = await store.get(intent.key);
    if (whole === undefined) throw new Error('It is not stored.');
    await store.put(intent.key, whole.body.subarray(0, 70_000), { ifMatch: whole.etag });
    expect(await outcomesOf([intent])).toMatchObject([
      { kind: 'unreadable', error: { message: expect.stringContaining(intent.key) as string } },
    ]);
  });

  it('emits nothing of a forgotten customer', async () => {
    const intent = await send('a');
    const tombstone = { customerId: customer(), before: storedAt, completedAt: undefined };
    await store.put(tombstoneKey(customer()), encodeTombstone(tombstone), { ifNoneMatch: '*' });
    expect(await outcomesOf([intent])).toEqual([{ kind: 'waiting' }]);
    now = new Date(storedAt.getTime() + options.putMilliseconds + options.clockDifferenceMilliseconds + 1);
    expect(await outcomesOf([intent])).toEqual([{ kind: 'forgotten' }]);
    expect(insights.drain()).toEqual([]);
  });

  it('emits what takes the place of a forgotten batch by a put that was under way', async () => {
    const intent = await send('a');
    const tombstone = { customerId: customer(), before: storedAt, completedAt: undefined };
    await store.put(tombstoneKey(customer()), encodeTombstone(tombstone), { ifNoneMatch: '*' });
    let again: Promise<Intent> | undefined;
    onSleep = () => void (again ??= send('a'));
    expect(await outcomesOf([intent])).toEqual([{ kind: 'emitted', partials: 1 }]);
    expect(again).toBeDefined();
  });

  it('holds batches back while too much waits on their stream', async () => {
    const intents = [await send('a'), await send('b')];
    const [first, second] = intents;
    ports = createPorts(1);
    expect(await outcomesOf(first ? [first] : [])).toEqual([{ kind: 'emitted', partials: 1 }]);
    timers.pass(1_000);
    expect(await outcomesOf(second ? [second] : [])).toEqual([{ kind: 'held-back' }]);
    insights.drain();
    timers.pass(1_000);
    expect(await outcomesOf(second ? [second] : [])).toEqual([{ kind: 'emitted', partials: 1 }]);
  });

  it('keeps trouble, newer formats and damage apart', async () => {
    const intents = [intentOf('damaged'), intentOf('newer'), intentOf('cut'), await send('a')];
    const [damaged, newer, cut] = intents.map(({ key }) => key);
    const put = (key: ObjectKey | undefined, text: string) =>
      key && store.put(key, Buffer.from(text), { ifNoneMatch: '*' });
    await put(damaged, '{"formatVersion":1}\n');
    await put(newer, '{"formatVersion":99}\n');
    await put(cut, '{"formatVersion":1,');
    const down = { ...insights, put: () => Promise.reject(new Unavailable('no broker')) };
    const outcomes = await outcomesOf(intents, { streams: { insights: down, late: down } });
    expect(outcomes.map((outcome) => outcome?.kind)).toEqual([
      'unreadable',
      'failed',
      'unreadable',
      'failed',
    ]);
    const second = outcomes[1];
    expect(second?.kind === 'failed' && second.error).toBeInstanceOf(NewerFormat);
  });
});
