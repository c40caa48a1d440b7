import { beforeEach, describe, expect, it } from 'vitest';
import { failedRecordKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodeTombstone } from '../../../lib/domain/tombstone.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { beginForgetting } from '../../../lib/pipeline/forget/begin-forgetting.ts';
import { forgetCustomer } from '../../../lib/pipeline/forget/forget-customer.ts';

import { writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { customer, receivedRecord } from '../../factories.ts';
import { ForgetWorld, forgetting, hour, keyOf, minute, tombstone } from './forget-world.ts';

let world: ForgetWorld;

beforeEach(() => {
  world = new ForgetWorld();
});

describe('forgetting a customer', () => {
  it('removes its batches, windows and failed records, leaves a tombstone, and touches no other customer', async () => {
    const other = customer('cus-other');
    await world.sendAndCount('a');
    await world.sendAndCount('b', { of: other });
    const forged = {
      ...receivedRecord('7', Buffer.from('{}')),
      partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    };
    const foreign = {
      ...receivedRecord('8', Buffer.from('{}')),
      partitionKey: 'cus-other/2025-12-28T18:03:00Z',
    };
    await world.count([forged, foreign]);
    await world.rollUpAll();
    const before = await world.keys();
    expect(before.filter((key) => key.includes('cus-axon'))).toHaveLength(5);

    expect((await world.forget()).removed).toEqual({ alerts: 0, batches: 1, windows: 3, failedRecords: 1 });
    const left = (await world.keys()).filter((key) => !key.includes('cus-other'));
    expect(left).toEqual([failedRecordKey('insights', 'shardId-000000000000', '8'), tombstone]);
    expect((await world.keys()).filter((key) => key.includes('cus-other'))).toEqual(
      before.filter((key) => key.includes('cus-other')),
    );
    const { customers } = await createObjectWindowReader(world.store).customers({
      after: undefined,
      limit: 10,
    });
    expect(customers).toEqual([other]);
    const object = (await world.store.get(tombstone)) ?? expect.fail('there is no tombstone');
    expect(decodeTombstone(object.body)).toMatchObject({ customerId: customer(), completedAt: world.now });
  });

  it('removes its records from the batch that crashed a function, and leaves those of others', async () => {
    const record = (partitionKey: string) => ({
      kinesis: { partitionKey, sequenceNumber: '1', data: Buffer.from('{}').toString('base64') },
    });
    const [own, foreign] = [
      record('cus-axon/2025-12-28T18:03:00Z'),
      record('cus-other/2025-12-28T18:03:00Z'),
    ];
    const put = (name: string, Records: readonly object[]) =>
      world.store.put(`aws/lambda/${name}` as ObjectKey, invocationRecord(Records), { ifNoneMatch: '*' });
    await put('own', [own]);
    await put('both', [own, foreign]);
    await put('foreign', [foreign]);
    expect((await world.forget()).removed).toMatchObject({ failedRecords: 2 });
    expect(await world.store.get('aws/lambda/own' as ObjectKey)).toBeUndefined();
    for (const name of ['both', 'foreign']) {
      const object = await world.store.get(`aws/lambda/${name}` as ObjectKey);
      const left = JSON.parse(object?.body.toString() ?? '') as { readonly payload: string };
      expect(left).toMatchObject({ version: '1.0', KinesisBatchInfo: { shardId: 's' } });
      expect(JSON.parse(left.payload)).toEqual({ Records: [foreign] });
    }
  });

  it('removes damaged batches and windows too', async () => {
    await world.sendAndCount('a');
    await world.rollUpAll();
    for (const key of [keyOf('a'), minute, hour]) {
      const { etag, body } = (await world.store.get(key)) ?? expect.fail('it is not there');
      await world.store.put(key, body.subarray(0, 30), { ifMatch: etag });
    }
    await world.forget();
    expect(await world.keys()).toEqual([tombstone]);
  });

  it('leaves what a newer version wrote, and says so, and is not done', async () => {
    await world.store.put(keyOf('newer'), Buffer.from('{"formatVersion":9}\n'), { ifNoneMatch: '*' });
    const written = await writeTombstone(customer(), undefined, world.store, world.now);
    const forgotten = await forgetCustomer(written, world.ports(), forgetting);
    expect(forgotten).toMatchObject({ isDone: false, unknown: [keyOf('newer')] });
  });

  it('goes on where it was killed', async () => {
    for (const key of ['a', 'b', 'c']) await world.sendAndCount(key);
    world.store.before.set(`delete ${minute}`, () => Promise.reject(new Unavailable('killed')));
    const written = await writeTombstone(customer(), undefined, world.store, world.now);
    const go = () => forgetCustomer(written, world.ports(), forgetting);
    await expect(go()).rejects.toThrow(Unavailable);
    expect(await go()).toMatchObject({ isDone: true });
    expect(await world.keys()).toEqual([tombstone]);
  });

  it('completes what was begun, also when others have removed all data since', async () => {
    await world.sendAndCount('a');
    await writeTombstone(customer(), undefined, world.store, world.now);
    for (const key of [keyOf('a'), minute]) await world.store.delete(key);
    await world.forget();
    const object = (await world.store.get(tombstone)) ?? expect.fail('there is no tombstone');
    expect(decodeTombstone(object.body).completedAt).toEqual(world.now);
    const { tombstone: another } = await beginForgetting(customer(), world.ports());
    expect(another).toBeUndefined();
  });

  it('is not done after a pass that a clock ended early, although it was set back since', async () => {
    await world.sendAndCount('one');
    const { tombstone: written } = await beginForgetting(customer(), {
      store: world.store,
      clock: world.clock,
    });
    if (written === undefined) throw new Error('There is nothing to forget.');
    let looks = 0;
    const ahead = {
      now: () => new Date(world.now.getTime() + ([2, 3].includes(++looks) ? 3_600_000 : 0)),
    };
    expect((await forgetCustomer(written, { ...world.ports(), clock: ahead }, forgetting)).isDone).toBe(
      false,
    );
    expect((await forgetCustomer(written, world.ports(), forgetting)).isDone).toBe(true);
    expect(await world.requests()).toBeUndefined();
  });

  it('forgets again what was sent since, and not what is sent after that', async () => {
    await world.sendAndCount('a');
    await world.forget();
    await world.sendAndCount('b');
    await world.forget();
    await world.sendAndCount('c');
    expect((await world.keys()).filter((key) => key.startsWith('batches/'))).toEqual([keyOf('c')]);
    expect(await world.requests()).toBe(1);
  });
});

function invocationRecord(Records: readonly object[]): Buffer {
  const payload = JSON.stringify({ Records });
  return Buffer.from(JSON.stringify({ version: '1.0', KinesisBatchInfo: { shardId: 's' }, payload }));
}
