import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import type { BatchId } from '../../../lib/domain/batch-id.ts';
import { batchKey } from '../../../lib/domain/keys.ts';
import { IdempotencyKeyReused, InvalidRequest, Unavailable } from '../../../lib/errors.ts';
import { noHorizon } from '../../../lib/domain/retention.ts';
import { acceptBatch } from '../../../lib/pipeline/ingest/accept-batch.ts';
import { findRepetition } from '../../../lib/pipeline/ingest/find-repetition.ts';
import { withHash } from '../../../lib/pipeline/ingest/read-batch.ts';
import { beginForgetting } from '../../../lib/pipeline/forget/begin-forgetting.ts';
import { batchIdOf, customer, instant, sentEntry, simpleRules } from '../../factories.ts';
import { withAdmission } from '../with-admission.ts';

const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };

function sent(text: string, id?: BatchId) {
  const body = Buffer.from(text);
  return withHash(
    { customerId: customer(), id, mediaType: 'application/json', contentEncoding: '', body },
    body,
  );
}

const entry = JSON.stringify([sentEntry()]);
const other = JSON.stringify([sentEntry({ path: '/other' })]);
const key = batchIdOf('k');

describe('findRepetition', () => {
  const clock = { now: () => instant('2025-12-28T18:04:00Z') };
  const retention = { horizon: async () => noHorizon };
  let store: InMemoryObjectStore;
  let ports: ReturnType<typeof started>;

  function started() {
    const insights = createInMemoryEventStream({ clock });
    const late = createInMemoryEventStream({ clock });
    return { ...withAdmission({ store, streams: { insights, late }, clock }), retention };
  }

  beforeEach(() => {
    store = new InMemoryObjectStore();
    ports = started();
  });

  it.each([
    ['under its key', key],
    ['without a key', undefined],
  ])('answers a batch that was emitted before, sent again %s, and emits nothing', async (_, id) => {
    const first = await acceptBatch(sent(entry, id), ports, options);
    ports.streams.insights.drain();
    const { batch, isFirst, emitted } = (await findRepetition(sent(entry, id), ports)) ?? expect.fail('new');
    expect({ isFirst, emitted }).toEqual({ isFirst: false, emitted: [] });
    expect(batch).toMatchObject({ id: first.batch.id, entries: 1, windows: 1 });
    expect(ports.streams.insights.drain()).toEqual([]);
  });

  it('leaves another payload under the same key to those who compare and validate it', async () => {
    await acceptBatch(sent(entry, key), ports, options);
    expect(await findRepetition(sent(other, key), ports)).toBeUndefined();
    await expect(acceptBatch(sent(other, key), ports, options)).rejects.toThrow(IdempotencyKeyReused);
    await expect(acceptBatch(sent('[{}]', key), ports, options)).rejects.toThrow(InvalidRequest);
  });

  it('leaves a batch that another process has stored to those who look whether it is counted', async () => {
    await acceptBatch(sent(entry, key), started(), options);
    expect(await findRepetition(sent(entry, key), ports)).toBeUndefined();
    await acceptBatch(sent(entry, key), ports, options);
    expect(ports.streams.insights.drain()).toHaveLength(1);
  });

  it('accepts as new what was removed', async () => {
    await acceptBatch(sent(entry, key), ports, options);
    await store.delete(batchKey(customer(), key));
    expect((await acceptBatch(sent(entry, key), ports, options)).isFirst).toBe(true);
  });

  it('accepts as new what was stored before its customer was forgotten', async () => {
    await acceptBatch(sent(entry, key), ports, options);
    await beginForgetting(customer(), ports);
    expect((await acceptBatch(sent(entry, key), ports, options)).isFirst).toBe(true);
  });

  it('does not say that a batch is stored where the store cannot be read', async () => {
    await acceptBatch(sent(entry, key), ports, options);
    const unreadable = { get: () => Promise.reject(new Unavailable('The disk is gone.')) };
    await expect(findRepetition(sent(entry, key), { ...ports, store: unreadable })).rejects.toThrow(
      Unavailable,
    );
  });
});
