import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { decodeBatch } from '../../../lib/domain/batch-format.ts';
import { batchKey, tombstoneKey } from '../../../lib/domain/keys.ts';
import { decodePartial } from '../../../lib/domain/partial.ts';
import { BudgetUsedUp, IdempotencyKeyReused, InvalidRequest, Unavailable } from '../../../lib/errors.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../../lib/pipeline/ingest/read-batch.ts';
import { createStreamOutbox } from '../../../lib/pipeline/streams/stream-outbox.ts';
import type { EventStream } from '../../../lib/ports/event-stream.ts';
import { batchIdOf, customer, instant, receivedRecord, sentEntry, simpleRules } from '../../factories.ts';
import { withAdmission } from '../with-admission.ts';

const clock = { now: () => instant('2025-12-28T18:04:00Z') };
const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };

function createPorts(maxBacklogRecords?: number) {
  const insights = createInMemoryEventStream({ clock });
  const late = createInMemoryEventStream({ clock });
  return withAdmission(
    { store: new InMemoryObjectStore(), streams: { insights, late }, clock },
    maxBacklogRecords,
  );
}

async function batchOf(entries: readonly object[], key?: string) {
  const sent = {
    customerId: customer(),
    id: key === undefined ? undefined : batchIdOf(key),
    mediaType: 'application/json',
    contentEncoding: '',
    body: Buffer.from(JSON.stringify(entries)),
  } as const;
  return readBatch(sent, 2_097_152);
}

/** A stream that takes nothing, because of a crash or an outage. */
const deadStream: EventStream = {
  put: () => Promise.reject(new Unavailable('The stream is gone.')),
  backlog: () => Promise.resolve({ records: 0, oldestPutAt: undefined }),
  backlogOf: () => Promise.resolve(undefined),
  consumedThrough: () => Promise.resolve(undefined),
};

describe('ingest', () => {
  it('stores what will be counted with the entries as they were received, and emits just that', async () => {
    const ports = createPorts();
    const batch = await batchOf([sentEntry(), sentEntry({ receivedAt: '2025-12-28T18:04:07Z' })], 'k');
    const { isFirst } = await ingest(batch, ports, options);

    const object = await ports.store.get(batchKey(customer(), batchIdOf('k')));
    const { batch: stored, gzippedBody } = decodeBatch(object?.body ?? expect.fail('not stored'));
    expect(isFirst).toBe(true);
    expect(stored).toMatchObject({ entries: 2, windows: 2, rulesVersion: 'simple-1', storedAt: clock.now() });
    expect(JSON.parse(gunzipSync(gzippedBody).toString())).toEqual([
      sentEntry(),
      sentEntry({ receivedAt: '2025-12-28T18:04:07Z' }),
    ]);
    const emitted = ports.streams.insights.drain();
    expect(emitted.map(({ partitionKey }) => partitionKey)).toEqual([
      'cus-axon/2025-12-28T18:03:00Z',
      'cus-axon/2025-12-28T18:04:00Z',
    ]);
    expect(emitted.map(({ data }) => Buffer.from(data))).toEqual(stored.partials.map(({ data }) => data));
  });

  it('emits a duplicate that is not counted again, after a restart, from what was stored first', async () => {
    const before = createPorts();
    await ingest(await batchOf([sentEntry()], 'k'), before, options);
    const first = before.streams.insights.drain();

    const ports = withAdmission(before);
    const newerRules = { ...simpleRules, version: 'newer', userAgentFamily: () => 'another family' };
    const again = await ingest(await batchOf([sentEntry()], 'k'), ports, { ...options, rules: newerRules });
    expect(again.isFirst).toBe(false);
    expect(again.batch.rulesVersion).toBe('simple-1');
    expect(ports.streams.insights.drain()).toEqual(first);
  });

  it('leaves a batch that it could not emit for the repetition to emit', async () => {
    const ports = createPorts();
    const batch = await batchOf([sentEntry()], 'k');
    await expect(
      ingest(
        batch,
        { ...ports, outbox: createStreamOutbox({ insights: deadStream, late: deadStream }) },
        options,
      ),
    ).rejects.toThrow(Unavailable);
    expect(await ports.store.get(batchKey(customer(), batchIdOf('k')))).toBeDefined();

    expect((await ingest(batch, ports, options)).isFirst).toBe(false);
    expect(ports.streams.insights.drain()).toHaveLength(1);
  });

  it('refuses another payload under a used key, and emits nothing', async () => {
    const ports = createPorts();
    await ingest(await batchOf([sentEntry()], 'k'), ports, options);
    ports.streams.insights.drain();
    const other = await batchOf([sentEntry({ path: '/other' })], 'k');
    await expect(ingest(other, ports, options)).rejects.toThrow(IdempotencyKeyReused);
    expect(ports.streams.insights.drain()).toEqual([]);
  });

  it('takes equal payloads without a key for one batch, and those of two customers for two', async () => {
    const ports = createPorts();
    const batch = await batchOf([sentEntry()]);
    expect((await ingest(batch, ports, options)).isFirst).toBe(true);
    expect((await ingest(await batchOf([sentEntry()]), ports, options)).isFirst).toBe(false);
    const another = await readBatch(
      {
        customerId: customer('cus-other'),
        id: undefined,
        mediaType: 'application/json',
        contentEncoding: '',
        body: Buffer.from(JSON.stringify([sentEntry()])),
      },
      2_097_152,
    );
    expect(another.payloadHash).not.toBe(batch.payloadHash);
    expect((await ingest(another, ports, options)).isFirst).toBe(true);
  });

  it('lets exactly one of several at the same time be the first', async () => {
    const ports = createPorts();
    const batch = await batchOf([sentEntry()], 'k');
    const all = await Promise.all(Array.from({ length: 20 }, () => ingest(batch, ports, options)));
    expect(all.filter(({ isFirst }) => isFirst)).toHaveLength(1);
    expect(
      new Set(
        ports.streams.insights.drain().map(({ data }) => decodePartial(Buffer.from(data)).id.toString('hex')),
      ).size,
    ).toBe(1);
  });

  it('emits what comes late on a stream of its own', async () => {
    const ports = createPorts();
    const entries = [sentEntry(), sentEntry({ receivedAt: '2025-12-28T17:00:00Z' })];
    await ingest(await batchOf(entries), ports, options);
    const keys = (records: readonly { partitionKey: string }[]) =>
      records.map(({ partitionKey }) => partitionKey);
    expect(keys(ports.streams.insights.drain())).toEqual(['cus-axon/2025-12-28T18:03:00Z']);
    expect(keys(ports.streams.late.drain())).toEqual(['cus-axon/2025-12-28T17:00:00Z']);
  });

  it('emits what lies far ahead on the stream of what comes late, also when it is emitted again', async () => {
    const before = createPorts();
    const entries = [sentEntry(), sentEntry({ receivedAt: '2025-12-28T19:05:00Z' })];
    for (const ports of [before, withAdmission(before)]) {
      await ingest(await batchOf(entries, 'k'), ports, options);
      expect(ports.streams.insights.drain()).toHaveLength(1);
      const [ahead] = ports.streams.late.drain();
      expect(ahead?.partitionKey).toBe('cus-axon/2025-12-28T19:05:00Z');
      expect(decodePartial(Buffer.from(ahead?.data ?? [])).isLate).toBe(false);
    }
  });

  it('says how many entries each record counts', async () => {
    const ports = createPorts();
    await ingest(await batchOf([sentEntry(), sentEntry()]), ports, options);
    expect(ports.streams.insights.drain().map(({ entries }) => entries)).toEqual([2]);
  });

  it('emits nothing of a duplicate that is counted, and of one that is counted in part what is lacking', async () => {
    const before = createPorts();
    const entries = [sentEntry(), sentEntry({ receivedAt: '2025-12-28T18:04:07Z' })];
    await ingest(await batchOf(entries, 'k'), before, options);
    const [first, second] = before.streams.insights.drain();
    const countOne = async (record: typeof first) => {
      const received = receivedRecord('1', record?.data ?? Buffer.alloc(0));
      await aggregate([received], before, { maxKeysPerDimension: 10, maxKeyTextBytes: 1_000 });
    };
    await countOne(first);
    const ports = withAdmission(before);
    await ingest(await batchOf(entries, 'k'), ports, options);
    expect(ports.streams.insights.drain()).toEqual([second]);
    await countOne(second);
    const { isFirst, emitted } = await ingest(await batchOf(entries, 'k'), ports, options);
    expect([isFirst, emitted, ports.streams.insights.drain()]).toEqual([false, [], []]);
  });

  it('neither emits nor looks for a large duplicate that it has emitted itself', async () => {
    const ports = createPorts();
    const entries = Array.from({ length: 500 }, (_, minute) =>
      sentEntry({ receivedAt: new Date(Date.UTC(2025, 11, 28, 10, minute)).toISOString() }),
    );
    await ingest(await batchOf(entries, 'k'), ports, options);
    const waiting = async () => (await ports.streams.late.backlog()).records;
    const before = await waiting();
    const reads: string[] = [];
    const get = ports.store.get.bind(ports.store);
    ports.store.get = (key, ...args) => {
      reads.push(key);
      return get(key, ...args);
    };
    expect(await ingest(await batchOf(entries, 'k'), ports, options)).toMatchObject({
      isFirst: false,
      emitted: [],
    });
    expect([await waiting(), reads]).toEqual([
      before,
      [tombstoneKey(customer()), batchKey(customer(), batchIdOf('k'))],
    ]);
  });

  it('answers a duplicate with trouble while its windows cannot be read', async () => {
    const before = createPorts();
    await ingest(await batchOf([sentEntry()], 'k'), before, options);
    before.streams.insights.drain();
    const ports = withAdmission(before);
    const get = ports.store.get.bind(ports.store);
    ports.store.get = (key, ...args) =>
      key.startsWith('aggregates/') ? Promise.reject(new Unavailable('no disk')) : get(key, ...args);
    await expect(ingest(await batchOf([sentEntry()], 'k'), ports, options)).rejects.toThrow(Unavailable);
  });

  it('stores nothing while too much waits on the way that the batch would take', async () => {
    const ports = createPorts(1);
    for (const key of ['a', 'b']) await ingest(await batchOf([sentEntry()], key), ports, options);
    await expect(ingest(await batchOf([sentEntry()], 'c'), ports, options)).rejects.toThrow(BudgetUsedUp);
    await expect(ingest(await batchOf([sentEntry()], 'a'), ports, options)).rejects.toThrow(BudgetUsedUp);
    expect(await ports.store.get(batchKey(customer(), batchIdOf('c')))).toBeUndefined();

    const late = await batchOf([sentEntry({ receivedAt: '2025-12-28T17:00:00Z' })], 'd');
    expect((await ingest(late, ports, options)).isFirst).toBe(true);
    ports.streams.insights.drain();
    expect((await ingest(await batchOf([sentEntry()], 'c'), ports, options)).isFirst).toBe(true);
  });

  it('emits a duplicate that is late by now only while there is room on the way of its first emission', async () => {
    const ports = createPorts();
    for (const key of ['a', 'b']) await ingest(await batchOf([sentEntry()], key), ports, options);
    const anHourLater = { ...withAdmission(ports, 1), clock: { now: () => instant('2025-12-28T19:04:00Z') } };
    await expect(ingest(await batchOf([sentEntry()], 'a'), anHourLater, options)).rejects.toThrow(
      BudgetUsedUp,
    );
    expect(ports.streams.insights.drain()).toHaveLength(2);
    expect((await ingest(await batchOf([sentEntry()], 'a'), anHourLater, options)).isFirst).toBe(false);
    expect(ports.streams.insights.drain()).toHaveLength(1);
  });

  it('refuses entries of more minutes than a week has, before anything is stored', async () => {
    const ports = createPorts();
    const start = Date.parse('2025-12-01T00:00:00Z');
    const minutes = (count: number) =>
      Array.from({ length: count }, (_, minute) =>
        sentEntry({ receivedAt: new Date(start + minute * 60_000).toISOString() }),
      );
    await expect(ingest(await batchOf(minutes(10_081), 'k'), ports, options)).rejects.toThrow(InvalidRequest);
    expect(await ports.store.get(batchKey(customer(), batchIdOf('k')))).toBeUndefined();
    expect((await ingest(await batchOf(minutes(10_080), 'k'), ports, options)).batch.windows).toBe(10_080);
  });
});

describe('the payload hash', () => {
  it('is SHA-256 of customer, line break and body, for small and for large bodies', async () => {
    const { createHash } = await import('node:crypto');
    for (const count of [1, 2_000]) {
      const entries = Array.from({ length: count }, () => sentEntry());
      const expected = createHash('sha256')
        .update(`cus-axon\n${JSON.stringify(entries)}`)
        .digest('hex');
      const { payloadHash, id } = await batchOf(entries);
      expect(payloadHash).toBe(expected);
      expect(id.text).toBe(`sha256-${expected}`);
    }
  });
});
