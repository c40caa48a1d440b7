import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import type { CountingRules } from '../../lib/domain/counting-rules.ts';
import { batchKey, minuteKey } from '../../lib/domain/keys.ts';
import { decodeWindow, encodeWindow } from '../../lib/domain/window-format.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import { aggregate } from '../../lib/pipeline/aggregate/aggregate.ts';
import { ingest } from '../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../lib/pipeline/ingest/read-batch.ts';
import type { Streams } from '../../lib/pipeline/streams/streams.ts';
import { verify } from '../../lib/pipeline/verify/verify.ts';
import { ReEmissionTimes } from '../../lib/pipeline/verify/re-emission-times.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  sentEntry,
  sentJson,
  simpleRules,
  windowStart,
  foldingLimits as limits,
} from '../factories.ts';
import { withAdmission } from './with-admission.ts';

/**
 * Shows that each protection is needed: with it a fault does no harm, and without it the same fault does. Protections
 * are removed around the code, so that the product's code runs.
 */

let now: Date;
const clock = { now: () => now };
const options = { allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
const windowKey = minuteKey(customer(), windowStart('2025-12-28T18:03:00Z'));
let store: InMemoryObjectStore;
let insights: ReturnType<typeof createInMemoryEventStream>;
let streams: Streams;

beforeEach(() => {
  now = instant('2025-12-28T18:04:00Z');
  store = new InMemoryObjectStore();
  insights = createInMemoryEventStream({ clock });
  streams = { insights, late: createInMemoryEventStream({ clock }) };
});

interface Sending {
  readonly streams?: Streams;
  readonly store?: ObjectStore;
  readonly entries?: readonly object[];
  readonly rules?: CountingRules;
}

/** Sends a batch, by default of one entry. */
async function send(key: string, sending: Sending = {}): Promise<void> {
  const { entries, rules = simpleRules, ...ports } = sending;
  await ingest(
    await readBatch(sentJson(key, entries), 200_000),
    withAdmission({ store, streams, clock, ...ports }),
    {
      ...options,
      rules,
    },
  );
}

const emitted = () => insights.drain().map(({ data }, index) => receivedRecord(String(index), data));

async function requests(): Promise<number> {
  const window = await store.get(windowKey);
  return window === undefined ? 0 : decodeWindow(window.body).requests;
}

/** A crash between storing and emitting: nothing gets onto the stream. */
const crashing: Streams = {
  insights: {
    put: () => Promise.reject(new Unavailable('killed')),
    backlog: () => Promise.resolve({ records: 0, oldestPutAt: undefined }),
    backlogOf: () => Promise.resolve(undefined),
    consumedThrough: () => Promise.resolve(undefined),
  },
  late: createInMemoryEventStream({ clock: { now: () => now } }),
};

describe('the ids in the window', () => {
  const deliverTwice = async (through: ObjectStore) => {
    await send('a');
    const records = emitted();
    for (let delivery = 0; delivery < 2; delivery++)
      await aggregate(records, { store: through, clock }, limits);
  };

  it('keep a partial that is delivered twice from being counted twice', async () => {
    await deliverTwice(store);
    expect(await requests()).toBe(1);
  });

  it('are needed: a window that forgets them counts twice', async () => {
    await deliverTwice(forgetting(store));
    expect(await requests()).toBe(2);
  });

  function forgetting(inner: ObjectStore): ObjectStore {
    return {
      put: (...args) => inner.put(...args),
      list: (...args) => inner.list(...args),
      delete: (...args) => inner.delete(...args),
      async get(...args) {
        const object = await inner.get(...args);
        if (object === undefined || args[0] !== windowKey) return object;
        return {
          ...object,
          body: encodeWindow({ ...decodeWindow(object.body), partialIds: Buffer.alloc(0) }),
        };
      },
    };
  }
});

describe('the conditional write', () => {
  const countSideBySide = async (through: ObjectStore) => {
    for (const key of ['a', 'b', 'c', 'd']) await send(key);
    await Promise.all(emitted().map((record) => aggregate([record], { store: through, clock }, limits)));
  };

  it('keeps two that write one window at once from undoing each other', async () => {
    await countSideBySide(store);
    expect(await requests()).toBe(4);
  });

  it('is needed: without the condition counts are lost', async () => {
    await countSideBySide(unconditional(store));
    expect(await requests()).toBeLessThan(4);
  });

  function unconditional(inner: ObjectStore): ObjectStore {
    return {
      get: (...args) => inner.get(...args),
      list: (...args) => inner.list(...args),
      delete: (...args) => inner.delete(...args),
      async put(key, body) {
        for (;;) {
          const current = await inner.get(key);
          try {
            return await inner.put(key, body, current ? { ifMatch: current.etag } : { ifNoneMatch: '*' });
          } catch (error) {
            if (!(error instanceof PreconditionFailed)) throw error;
          }
        }
      },
    };
  }
});

describe('the emission of a duplicate', () => {
  const crashThenRetry = async (retryThrough: Streams) => {
    await expect(send('a', { streams: crashing })).rejects.toThrow(Unavailable);
    await send('a', { streams: retryThrough });
    await aggregate(emitted(), { store, clock }, limits);
  };

  it('makes up for a first delivery that died before it emitted', async () => {
    await crashThenRetry(streams);
    expect(await requests()).toBe(1);
  });

  it('is needed: a duplicate that is only recognised is never counted', async () => {
    const droppingDuplicates: Streams = {
      ...streams,
      insights: { ...insights, put: () => Promise.resolve() },
    };
    await crashThenRetry(droppingDuplicates);
    expect(await requests()).toBe(0);
  });
});

describe('verify', () => {
  const crashWithoutRetry = async (look: () => Promise<unknown>) => {
    await expect(send('a', { streams: crashing })).rejects.toThrow(Unavailable);
    now = new Date(now.getTime() + 120_000);
    await look();
    await aggregate(emitted(), { store, clock }, limits);
  };

  it('makes up for a client that never comes back', async () => {
    const notification = {
      messageId: 'm',
      key: batchKey(customer(), batchIdOf('a')),
      receiveCount: 1,
      firstReceivedAt: now,
    };
    const settings = {
      marginSeconds: 5,
      lookAgainSeconds: 60,
      overdueSeconds: 900,
      maxSeconds: 30,
      onlyEmitterSince: undefined,
    };
    const ports = { ...withAdmission({ store, streams, clock }), reEmissions: new ReEmissionTimes() };
    await crashWithoutRetry(() => verify([notification], ports, settings));
    expect(await requests()).toBe(1);
  });

  it('is needed: without it the batch is stored and never counted', async () => {
    await crashWithoutRetry(() => Promise.resolve());
    expect(await requests()).toBe(0);
  });
});

describe('the partials in the header', () => {
  /** Paths so long that a record holds two thirds of them: each half is a part of its own. */
  const olderRules = { ...simpleRules, countedPath: (path: string) => path.padEnd(2_000, '-') };
  const newerRules = { ...simpleRules, version: 'newer', countedPath: () => '/another' };
  const half = 390;
  const entries = Array.from({ length: 2 * half }, (_, number) => sentEntry({ path: `/${number}` }));

  /** Only one part of the first emission is counted; the second one comes under newer rules. */
  const emitTwice = async (counted: number, through: ObjectStore) => {
    await send('a', { entries, rules: olderRules });
    const first = emitted();
    await aggregate(first.slice(counted, counted + 1), { store, clock }, limits);
    await send('a', { entries, rules: newerRules, store: through });
    const second = emitted();
    await aggregate(second, { store, clock }, limits);
    return [first, second].map((records) => records.map(({ data }) => data.toString()));
  };

  it.each([0, 1])('let newer rules add what is missing where only part %i was counted', async (counted) => {
    const [first, second] = await emitTwice(counted, store);
    expect(second).toEqual(first?.filter((_data, part) => part !== counted));
    expect(await requests()).toBe(2 * half);
  });

  it.each([
    [0, 'loses half of the entries', half],
    [1, 'counts half of the entries twice', 3 * half],
  ])('are needed: where only part %i was counted, to summarise again %s', async (counted, _harm, total) => {
    await emitTwice(counted, forgettingPartials(store));
    expect(await requests()).toBe(total);
  });

  /**
   * Creates a store that returns, for a stored batch, the batch that it is given now: with the partials of newer
   * rules.
   */
  function forgettingPartials(inner: ObjectStore): ObjectStore {
    const latest = new Map<string, Uint8Array>();
    return {
      list: (...args) => inner.list(...args),
      delete: (...args) => inner.delete(...args),
      put(key, body, condition) {
        latest.set(key, body);
        return inner.put(key, body, condition);
      },
      async get(key, ...args) {
        const object = await inner.get(key, ...args);
        return object && { ...object, body: Buffer.from(latest.get(key) ?? object.body) };
      },
    };
  }
});
