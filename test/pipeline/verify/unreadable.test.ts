import { beforeEach, describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from '../../../lib/domain/batch-format.ts';
import { minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodeFailedRecord } from '../../../lib/domain/failed-record.ts';
import { decodeWindow, encodeWindow } from '../../../lib/domain/window-format.ts';
import { UnreadableFormat } from '../../../lib/errors.ts';
import type { StoredNotification } from '../../../lib/pipeline/verify/verdict.ts';
import { countsWith, customer, windowStart } from '../../factories.ts';
import { VerifyWorld } from './verify-world.ts';

let world: VerifyWorld;

beforeEach(() => {
  world = new VerifyWorld();
});

describe('verify, of what cannot be read or counted', () => {
  it('fails a batch with a partial that a newer version stored, and emits only what can be counted', async () => {
    const stored = await world.storeBatch('a', '18:03', '18:04');
    world.insights.drain();
    const object = await world.store.get(stored.key);
    const { batch, gzippedBody } = decodeBatch(object?.body ?? Buffer.alloc(0));
    const partials = batch.partials.map(({ data, ...partial }, place) => {
      const newer = data.toString().replace('"formatVersion":2', '"formatVersion":9');
      return { ...partial, data: place === 0 ? Buffer.from(newer) : data };
    });
    const bytes = encodeBatch({ ...batch, partials }, gzippedBody);
    await world.store.put(stored.key, bytes, { ifMatch: object?.etag ?? '' });

    world.wait(120);
    expect(await world.verdictOn(stored)).toMatchObject([{ kind: 'emitted', partials: 1 }]);
    await world.count(world.insights);
    for (const receiveCount of [2, 3]) {
      world.wait(60);
      expect(await world.verdictOn({ ...stored, receiveCount })).toMatchObject([
        { kind: 'failed', error: expect.any(UnreadableFormat) as Error },
      ]);
      expect(world.insights.drain()).toEqual([]);
    }
    expect([await world.requestsAt('18:03'), await world.requestsAt('18:04')]).toEqual([undefined, 1]);
  });

  describe('of a record that can never be applied', () => {
    const key = minuteKey(customer(), windowStart('2025-12-28T18:03:00Z'));

    /** Writes a window with a count to which nothing can be added, as an attacker could forge it. */
    async function setRequests(requests: number): Promise<void> {
      const object = (await world.store.get(key)) ?? expect.fail('there is no window');
      const counts = countsWith({
        requestsByPath: new Map([['GET /', requests]]),
        requestsByUserAgent: new Map([['Chrome', requests]]),
      });
      const forged = encodeWindow({ ...decodeWindow(object.body), requests, counts });
      await world.store.put(key, forged, { ifMatch: object.etag });
    }

    async function keptAt(): Promise<ObjectKey[]> {
      const keys: ObjectKey[] = [];
      for await (const each of world.store.list('failed/')) keys.push(each);
      return keys;
    }

    async function failOne(): Promise<StoredNotification> {
      await world.storeBatch('before', '18:03');
      await world.count(world.insights);
      await setRequests(Number.MAX_SAFE_INTEGER);
      const stored = await world.storeBatch('a', '18:03', '18:04');
      await world.count(world.insights);
      return stored;
    }

    it('emits nothing as long as the record is kept, however often it looks', async () => {
      const stored = await failOne();
      for (const receiveCount of [1, 2, 50]) {
        world.wait(120);
        const verdicts = await world.verdictOn({ ...stored, receiveCount });
        expect(verdicts).toEqual([{ kind: 'awaiting-redrive', isOverdue: false }]);
        expect(world.insights.drain()).toEqual([]);
      }
      expect(await keptAt()).toHaveLength(1);
    });

    it('is done once the record was redriven and counted', async () => {
      const stored = await failOne();
      await setRequests(1);
      const [place = expect.fail('no record is kept')] = await keptAt();
      const object = (await world.store.get(place)) ?? expect.fail('no record is kept');
      const { partitionKey, data } = decodeFailedRecord(object.body);
      await world.insights.put([{ partitionKey, data }]);
      await world.store.delete(place);
      await world.count(world.insights);
      expect(await world.verdictOn({ ...stored, receiveCount: 2 })).toEqual([{ kind: 'counted' }]);
      expect([await world.requestsAt('18:03'), await world.requestsAt('18:04')]).toEqual([2, 1]);
    });

    it('emits the record once nothing keeps it, and what else was lost of its batch at once', async () => {
      await world.storeBatch('before', '18:03');
      await world.count(world.insights);
      await setRequests(Number.MAX_SAFE_INTEGER);
      const stored = await world.storeBatch('a', '18:03', '18:04');
      await world.count(world.insights, 1); // 18:03 fails
      world.insights.drain(); // 18:04 is lost
      world.wait(120);
      expect(await world.verdictOn(stored)).toMatchObject([{ kind: 'emitted', partials: 1 }]);
      await world.count(world.insights);
      expect(await world.requestsAt('18:04')).toBe(1);

      for (const place of await keptAt()) await world.store.delete(place);
      await setRequests(1);
      world.wait(120);
      expect(await world.verdictOn({ ...stored, receiveCount: 2 })).toMatchObject([{ kind: 'emitted' }]);
      await world.count(world.insights);
      expect(await world.verdictOn({ ...stored, receiveCount: 3 })).toEqual([{ kind: 'counted' }]);
      expect(await world.requestsAt('18:03')).toBe(2);
    });
  });

  it('fails the batches of a window that cannot be read, and no others', async () => {
    const [bad, good] = [await world.storeBatch('bad', '18:03'), await world.storeBatch('good', '18:04')];
    await world.count(world.insights);
    const key = minuteKey(customer(), windowStart('2025-12-28T18:03:00Z'));
    const etag = (await world.store.get(key))?.etag ?? '';
    await world.store.put(key, Buffer.from('torn'), { ifMatch: etag });
    expect(await world.verdictOn(bad, good)).toMatchObject([
      { kind: 'failed', isOverdue: false },
      { kind: 'counted' },
    ]);
    world.wait(901);
    expect(await world.verdictOn(bad)).toMatchObject([{ kind: 'failed', isOverdue: true }]);
  });

  it.each(['', '{"formatVersion":1,"cust'])(
    'fails a batch that was cut off, and never takes it for gone: %j',
    async (rest) => {
      const [bad, good] = [await world.storeBatch('bad', '18:03'), await world.storeBatch('good', '18:04')];
      await world.count(world.insights);
      const etag = (await world.store.get(bad.key))?.etag ?? '';
      await world.store.put(bad.key, Buffer.from(rest), { ifMatch: etag });
      expect(await world.verdictOn(bad, good)).toMatchObject([
        { kind: 'failed', error: expect.any(UnreadableFormat) as Error },
        { kind: 'counted' },
      ]);
    },
  );
});
