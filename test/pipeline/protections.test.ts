import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { batchKey, minuteKey } from '../../lib/domain/keys.ts';
import { decodeWindow, encodeWindow } from '../../lib/domain/window-format.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import { aggregate } from '../../lib/pipeline/aggregate.ts';
import { ingest } from '../../lib/pipeline/ingest.ts';
import { readBatch } from '../../lib/pipeline/read-batch.ts';
import type { Streams } from '../../lib/pipeline/streams.ts';
import { verify } from '../../lib/pipeline/verify.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  sentEntry,
  simpleRules,
  windowStart,
} from '../factories.ts';

/**
 * Each protection is shown to be needed: with it a fault does no harm, and with it taken away the same fault does. What
 * is taken away is taken away around the code, so that it is the code of the product that runs.
 */

let now: Date;
const clock = { now: () => now };
const limits = { maxKeysPerDimension: 10_000, maxKeyTextBytes: 1_048_576 };
const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxBacklogRecords: 1_000 };
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

/** Sends a batch of one entry. */
async function send(key: string, through: Streams = streams): Promise<void> {
  const body = Buffer.from(JSON.stringify([sentEntry()]));
  const sent = {
    customerId: customer(),
    id: batchIdOf(key),
    mediaType: 'application/json',
    contentEncoding: '',
    body,
  } as const;
  await ingest(await readBatch(sent, 100_000), { store, streams: through, clock }, options);
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
    await expect(send('a', crashing)).rejects.toThrow(Unavailable);
    await send('a', retryThrough);
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
    await expect(send('a', crashing)).rejects.toThrow(Unavailable);
    now = new Date(now.getTime() + 120_000);
    await look();
    await aggregate(emitted(), { store, clock }, limits);
  };

  it('makes up for a client that never comes back', async () => {
    const notice = { messageId: 'm', key: batchKey(customer(), batchIdOf('a')), receiveCount: 1 };
    const settings = {
      marginSeconds: 5,
      lookAgainSeconds: 60,
      overdueSeconds: 900,
      maxBacklogRecords: 1_000,
    };
    await crashWithoutRetry(() => verify([notice], { store, streams, clock }, settings));
    expect(await requests()).toBe(1);
  });

  it('is needed: without it the batch is stored and never counted', async () => {
    await crashWithoutRetry(() => Promise.resolve());
    expect(await requests()).toBe(0);
  });
});

describe('the partials in the header', () => {
  const newerRules = { ...simpleRules, version: 'newer', userAgentFamily: () => 'another family' };

  it('make every emission the same, also after the rules have changed between two of them', async () => {
    await expect(send('a', crashing)).rejects.toThrow(Unavailable);
    await send('a');
    const [first] = emitted();
    const body = Buffer.from(JSON.stringify([sentEntry()]));
    const sent = {
      customerId: customer(),
      id: batchIdOf('a'),
      mediaType: 'application/json',
      contentEncoding: '',
      body,
    } as const;
    await ingest(
      await readBatch(sent, 100_000),
      { store, streams, clock },
      { ...options, rules: newerRules },
    );
    const [second] = emitted();
    expect(second?.data).toEqual(first?.data);
  });
});
