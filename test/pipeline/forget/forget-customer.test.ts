import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import {
  batchKey,
  failedRecordKey,
  minuteKey,
  tombstoneKey,
  windowKey,
  type ObjectKey,
} from '../../../lib/domain/keys.ts';
import { decodeTombstone, encodeTombstone } from '../../../lib/domain/tombstone.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { IdempotencyKeyReused, Unavailable } from '../../../lib/errors.ts';
import { aggregate, type ReceivedRecord } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { beginForgetting } from '../../../lib/pipeline/forget/begin-forgetting.ts';
import { forgetCustomer } from '../../../lib/pipeline/forget/forget-customer.ts';

import { writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import { verify } from '../../../lib/pipeline/verify/verify.ts';
import type { ObjectStore, StoredObject } from '../../../lib/ports/object-store.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { ReEmissionTimes } from '../../../lib/pipeline/verify/re-emission-times.ts';
import { withAdmission } from '../with-admission.ts';
import { ingestEntry } from '../ingest-entry.ts';

const forgetting = { limits, maxSeconds: 60 };
const minute = minuteKey(customer(), windowStart());
const hour = windowKey(customer(), 'hour', windowStart('2025-12-28T18:00:00Z'));
const tombstone = tombstoneKey(customer());
const keyOf = (key: string, of = customer()) => batchKey(of, batchIdOf(key));

/** A store in which others act just before an operation, once. */
class HookedStore extends InMemoryObjectStore {
  readonly before = new Map<string, () => Promise<unknown>>();

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    await this.#happen(`get ${args[0]}`);
    return super.get(...args);
  }

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    await this.#happen(`put ${args[0]}`);
    this.written.push(args[0]);
    return super.put(...args);
  }

  override async delete(...args: Parameters<InMemoryObjectStore['delete']>) {
    await this.#happen(`delete ${args[0]}`);
    return super.delete(...args);
  }

  readonly written: ObjectKey[] = [];

  async #happen(moment: string): Promise<void> {
    const hook = this.before.get(moment);
    this.before.delete(moment);
    await hook?.();
  }
}

let now: Date;
const clock = { now: () => now };
let store: HookedStore;
let stream: ReturnType<typeof createInMemoryEventStream>;

beforeEach(() => {
  now = instant('2025-12-28T18:04:00Z');
  store = new HookedStore();
  stream = createInMemoryEventStream({ clock });
});

const pass = (seconds: number) => void (now = new Date(now.getTime() + seconds * 1_000));

interface Sending {
  readonly of?: ReturnType<typeof customer>;
  readonly path?: string;
  readonly skewSeconds?: number;
  readonly through?: ObjectStore;
}

async function send(
  key: string,
  { of = customer(), path = '/', skewSeconds = 0, through = store }: Sending = {},
) {
  const itsClock = { now: () => new Date(now.getTime() + skewSeconds * 1_000) };
  return ingestEntry(key, { store: through, stream, clock: itsClock }, { customerId: of, path });
}

const emitted = () => stream.drain().map(({ data }, index) => receivedRecord(`${index}`, data));
const count = (records: readonly ReceivedRecord[] = emitted(), through: ObjectStore = store) =>
  aggregate(records, { store: through, clock }, limits);
const rollUpAll = (through: ObjectStore = store) =>
  rollUp([{ messageId: 'm', key: minute }], { store: through, clock }, { limits, maxSeconds: 60 });

async function sendAndCount(key: string, sending: Sending = {}): Promise<void> {
  await send(key, sending);
  await count();
}

async function forget(through: ObjectStore = store, of = customer()) {
  const { tombstone: written } = await beginForgetting(of, { store: through, clock });
  if (written === undefined) throw new Error('There is nothing to forget.');
  const forgotten = await forgetCustomer(written, { store: through, clock }, forgetting);
  expect(forgotten.isDone).toBe(true);
  return forgotten;
}

async function verdictOn(key: string, through: ObjectStore = store) {
  pass(120);
  const notification = { messageId: key, key: keyOf(key), receiveCount: 2, firstReceivedAt: now };
  const options = {
    marginSeconds: 5,
    lookAgainSeconds: 60,
    overdueSeconds: 900,
    maxSeconds: 30,
    onlyEmitterSince: undefined,
  };
  const streams = { insights: stream, late: stream };
  const [verified] = await verify(
    [notification],
    { ...withAdmission({ store: through, streams, clock }), reEmissions: new ReEmissionTimes() },
    options,
  );
  return verified?.verdict.kind;
}

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const key of store.list('')) found.push(key);
  return found;
}

async function requests(): Promise<number | undefined> {
  const object = await store.get(minute);
  return object && decodeWindow(object.body).requests;
}

/** Creates a view of the store in which an invocation sees a tombstone only as it was at its first operation. */
function lookingOnce(): ObjectStore {
  let first: Promise<StoredObject | undefined> | undefined;
  return viewOf({
    async get(key, options) {
      first ??= store.get(tombstone);
      const seen = await first;
      return key === tombstone ? seen : store.get(key, options);
    },
  });
}

const blind = () =>
  viewOf({ get: async (key, options) => (key === tombstone ? undefined : store.get(key, options)) });
const removingWhateverIsThere = () => viewOf({ delete: (key) => store.delete(key) });
const announcingNothing = () =>
  viewOf({
    put: async (key, body, condition) =>
      key.startsWith('batches/') ? { etag: '' } : store.put(key, body, condition),
  });

function viewOf(changed: Partial<ObjectStore>): ObjectStore {
  return {
    get: (...args) => store.get(...args),
    put: (...args) => store.put(...args),
    list: (...args) => store.list(...args),
    delete: (...args) => store.delete(...args),
    ...changed,
  };
}

describe('forgetting a customer', () => {
  it('removes its batches, windows and failed records, leaves a tombstone, and touches nobody else', async () => {
    const other = customer('cus-other');
    await sendAndCount('a');
    await sendAndCount('b', { of: other });
    const forged = {
      ...receivedRecord('7', Buffer.from('{}')),
      partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    };
    const foreign = {
      ...receivedRecord('8', Buffer.from('{}')),
      partitionKey: 'cus-other/2025-12-28T18:03:00Z',
    };
    await count([forged, foreign]);
    await rollUpAll();
    const before = await keys();
    expect(before.filter((key) => key.includes('cus-axon'))).toHaveLength(4);

    expect((await forget()).removed).toEqual({ batches: 1, windows: 3, failedRecords: 1 });
    const left = (await keys()).filter((key) => !key.includes('cus-other'));
    expect(left).toEqual([failedRecordKey('insights', 'shardId-000000000000', '8'), tombstone]);
    expect((await keys()).filter((key) => key.includes('cus-other'))).toEqual(
      before.filter((key) => key.includes('cus-other')),
    );
    const { customers } = await createObjectWindowReader(store).customers({
      after: undefined,
      limit: 10,
    });
    expect(customers).toEqual([other]);
    const object = (await store.get(tombstone)) ?? expect.fail('there is no tombstone');
    expect(decodeTombstone(object.body)).toMatchObject({ customerId: customer(), completedAt: now });
  });

  it('takes its records out of what a function died of, and leaves those of others', async () => {
    const record = (partitionKey: string) => ({
      kinesis: { partitionKey, sequenceNumber: '1', data: Buffer.from('{}').toString('base64') },
    });
    const [own, foreign] = [
      record('cus-axon/2025-12-28T18:03:00Z'),
      record('cus-other/2025-12-28T18:03:00Z'),
    ];
    const put = (name: string, Records: readonly object[]) =>
      store.put(`aws/lambda/${name}` as ObjectKey, invocationRecord(Records), { ifNoneMatch: '*' });
    await put('own', [own]);
    await put('both', [own, foreign]);
    await put('foreign', [foreign]);
    expect((await forget()).removed).toMatchObject({ failedRecords: 2 });
    expect(await store.get('aws/lambda/own' as ObjectKey)).toBeUndefined();
    for (const name of ['both', 'foreign']) {
      const object = await store.get(`aws/lambda/${name}` as ObjectKey);
      const left = JSON.parse(object?.body.toString() ?? '') as { readonly payload: string };
      expect(left).toMatchObject({ version: '1.0', KinesisBatchInfo: { shardId: 's' } });
      expect(JSON.parse(left.payload)).toEqual({ Records: [foreign] });
    }
  });

  it('removes damaged batches and windows too', async () => {
    await sendAndCount('a');
    await rollUpAll();
    for (const key of [keyOf('a'), minute, hour]) {
      const { etag, body } = (await store.get(key)) ?? expect.fail('it is not there');
      await store.put(key, body.subarray(0, 30), { ifMatch: etag });
    }
    await forget();
    expect(await keys()).toEqual([tombstone]);
  });

  it('leaves what a newer version wrote, and says so, and is not done', async () => {
    await store.put(keyOf('newer'), Buffer.from('{"formatVersion":9}\n'), { ifNoneMatch: '*' });
    const written = await writeTombstone(customer(), undefined, store, now);
    const forgotten = await forgetCustomer(written, { store, clock }, forgetting);
    expect(forgotten).toMatchObject({ isDone: false, unknown: [keyOf('newer')] });
  });

  it('goes on where it was killed', async () => {
    for (const key of ['a', 'b', 'c']) await sendAndCount(key);
    store.before.set(`delete ${minute}`, () => Promise.reject(new Unavailable('killed')));
    const written = await writeTombstone(customer(), undefined, store, now);
    const go = () => forgetCustomer(written, { store, clock }, forgetting);
    await expect(go()).rejects.toThrow(Unavailable);
    expect(await go()).toMatchObject({ isDone: true });
    expect(await keys()).toEqual([tombstone]);
  });

  it('is not done after a pass that a clock ended early, although it was set back since', async () => {
    await sendAndCount('one');
    const { tombstone: written } = await beginForgetting(customer(), { store, clock });
    if (written === undefined) throw new Error('There is nothing to forget.');
    let looks = 0;
    const ahead = {
      now: () => new Date(now.getTime() + ([2, 3].includes(++looks) ? 3_600_000 : 0)),
    };
    expect((await forgetCustomer(written, { store, clock: ahead }, forgetting)).isDone).toBe(false);
    expect((await forgetCustomer(written, { store, clock }, forgetting)).isDone).toBe(true);
    expect(await requests()).toBeUndefined();
  });

  it('forgets again what was sent since, and not what is sent after that', async () => {
    await sendAndCount('a');
    await forget();
    await sendAndCount('b');
    await forget();
    await sendAndCount('c');
    expect((await keys()).filter((key) => key.startsWith('batches/'))).toEqual([keyOf('c')]);
    expect(await requests()).toBe(1);
  });
});

describe('what is late', () => {
  it('does not bring a forgotten customer back', async () => {
    await send('a');
    const records = emitted();
    await forget();
    expect(await count(records)).toMatchObject({ failed: [], setAside: [], windowsCreated: 0 });
    expect(await keys()).toEqual([tombstone]);
  });

  it('is dropped also where an earlier version wrote it, which does not say when it was stored', async () => {
    await sendAndCount('a');
    await forget();
    await count([receivedRecord('1', windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 1 } } }))]);
    expect(await keys()).toEqual([tombstone]);
  });

  it('does not bring it back into a window that is counted again', async () => {
    await send('old');
    const records = emitted();
    await forget();
    await sendAndCount('new');
    await count(records);
    expect(await requests()).toBe(1);
  });

  it('is removed by verify where it was being stored meanwhile', async () => {
    await sendAndCount('earlier');
    store.before.set(`put ${keyOf('a')}`, () => forget());
    await send('a');
    await count();
    expect(await requests()).toBeUndefined();
    expect(await verdictOn('a')).toBe('absent');
    expect(await keys()).toEqual([tombstone]);
  });

  it('is not kept as a failed record either', async () => {
    await store.put(minute, Buffer.from('damaged'), { ifNoneMatch: '*' });
    await send('a');
    store.before.set(`put ${failedRecordKey('insights', 'shardId-000000000000', '0')}`, () => forget());
    await count();
    expect(await keys()).toEqual([tombstone]);
  });
});

describe('what is sent later', () => {
  it('is new, also with a key that was used before, for another payload', async () => {
    await sendAndCount('a');
    await expect(send('a', { path: '/another' })).rejects.toThrow(IdempotencyKeyReused);
    await forget();
    expect(await send('a', { path: '/another' })).toMatchObject({ isFirst: true });
    await count();
    expect(await requests()).toBe(1);
    expect(await verdictOn('a')).toBe('counted');
  });

  it('takes the place of a batch that is not removed yet', async () => {
    await sendAndCount('a');
    await writeTombstone(customer(), undefined, store, now);
    expect(await send('a', { path: '/another' })).toMatchObject({ isFirst: true });
    await count();
    expect(await requests()).toBe(1);
  });

  it('is in hours and days again', async () => {
    await sendAndCount('a');
    await rollUpAll();
    await forget();
    await sendAndCount('b');
    await rollUpAll();
    expect((await keys()).filter((key) => key.startsWith('aggregates/'))).toHaveLength(3);
  });
});

/** Without each of these, removed around the code, old data survives or new data is lost. */
describe('the protections', () => {
  it.each([
    ['keeps a window that was begun meanwhile from surviving', undefined, undefined],
    ['is needed: without a look after the write it survives', lookingOnce, 1],
  ])('the look of aggregate %s', async (_, weakened, expected) => {
    await send('a');
    store.before.set(`put ${minute}`, () => forget());
    await count(emitted(), weakened?.());
    expect(await requests()).toBe(expected);
  });

  it.each([
    ['keeps an hour that was being written from surviving', undefined, 0],
    ['is needed: without a look after the write it survives', lookingOnce, 1],
  ])('the look of roll-up %s', async (_, weakened, expected) => {
    await sendAndCount('a');
    store.before.set(`put ${hour}`, () => forget());
    await rollUpAll(weakened?.());
    expect((await keys()).filter((key) => key === hour)).toHaveLength(expected);
  });

  it.each([
    ['keeps a batch whose clock is two hours behind from being dropped', undefined, 1],
    ['is needed: without it the batch is accepted and never counted', blind, undefined],
  ])('the look of ingest %s', async (_, weakened, expected) => {
    await sendAndCount('old');
    await forget();
    await send('new', { skewSeconds: -7_200, through: weakened?.() ?? store });
    await count();
    expect(await requests()).toBe(expected);
  });

  it.each([
    ['keeps a batch that took the place of an old one', undefined, 1],
    ['is needed: without it that batch is lost', removingWhateverIsThere, 0],
  ])('the condition of a removal %s', async (_, weakened, expected) => {
    await sendAndCount('a');
    store.before.set(`delete ${keyOf('a')}`, () => send('a', { path: '/another' }));
    await forget(weakened?.());
    expect((await keys()).filter((key) => key === keyOf('a'))).toHaveLength(expected);
  });

  it.each([
    ['keeps a minute that was begun anew', undefined, 1],
    ['is needed: without it that minute is removed', removingWhateverIsThere, undefined],
  ])('the condition of a removal %s', async (_, weakened, expected) => {
    await sendAndCount('a');
    store.before.set(`delete ${minute}`, () => sendAndCount('new'));
    await forget(weakened?.());
    expect(await requests()).toBe(expected);
  });

  it.each([
    ['has a batch counted again whose clock was ahead, and whose window is gone', undefined, true, 1],
    ['is needed: without it that batch is stored and not counted', announcingNothing, false, undefined],
  ])('the announcement of new batches %s', async (_, weakened, isAnnounced, expected) => {
    await sendAndCount('old');
    store.before.set(`put ${tombstone}`, () => sendAndCount('new', { skewSeconds: 3 }));
    const storedOnce = () => store.written.filter((key) => key === keyOf('new')).length === 1;
    await forget(weakened?.());
    expect(storedOnce()).toBe(!isAnnounced);
    if (isAnnounced) {
      expect(await verdictOn('new')).toBe('emitted');
      await count();
    }
    expect(await requests()).toBe(expected);
  });

  it('removes a window that holds nothing but what is forgotten, once aggregate meets it', async () => {
    await sendAndCount('a');
    await send('b');
    const records = emitted();
    await store.put(
      tombstone,
      encodeTombstone({
        customerId: customer(),
        before: new Date(now.getTime() + 1_000),
        completedAt: undefined,
      }),
      { ifNoneMatch: '*' },
    );
    await count(records);
    expect(await requests()).toBeUndefined();
  });
});

function invocationRecord(Records: readonly object[]): Buffer {
  const payload = JSON.stringify({ Records });
  return Buffer.from(JSON.stringify({ version: '1.0', KinesisBatchInfo: { shardId: 's' }, payload }));
}
