import { beforeEach, describe, expect, it } from 'vitest';
import { failedRecordKey } from '../../../lib/domain/keys.ts';
import { IdempotencyKeyReused } from '../../../lib/errors.ts';

import { writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import { customer, receivedRecord, windowPartial } from '../../factories.ts';
import { ForgetWorld, keyOf, minute, tombstone } from './forget-world.ts';

let world: ForgetWorld;

beforeEach(() => {
  world = new ForgetWorld();
});

describe('what is late', () => {
  it('does not bring a forgotten customer back', async () => {
    await world.send('a');
    const records = world.emitted();
    await world.forget();
    expect(await world.count(records)).toMatchObject({ failed: [], kept: [], windowsCreated: 0 });
    expect(await world.keys()).toEqual([tombstone]);
  });

  it('is dropped also where an earlier version wrote it, which does not say when it was stored', async () => {
    await world.sendAndCount('a');
    await world.forget();
    await world.count([
      receivedRecord('1', windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 1 } } })),
    ]);
    expect(await world.keys()).toEqual([tombstone]);
  });

  it('does not bring it back into a window that is counted again', async () => {
    await world.send('old');
    const records = world.emitted();
    await world.forget();
    await world.sendAndCount('new');
    await world.count(records);
    expect(await world.requests()).toBe(1);
  });

  it('is removed by verify where it was being stored meanwhile', async () => {
    await world.sendAndCount('earlier');
    world.store.before.set(`put ${keyOf('a')}`, () => world.forget());
    await world.send('a');
    await world.count();
    expect(await world.requests()).toBeUndefined();
    expect(await world.verdictOn('a')).toBe('absent');
    expect(await world.keys()).toEqual([tombstone]);
  });

  it('is not kept as a failed record either', async () => {
    await world.store.put(minute, Buffer.from('damaged'), { ifNoneMatch: '*' });
    await world.send('a');
    world.store.before.set(`put ${failedRecordKey('insights', 'shardId-000000000000', '0')}`, () =>
      world.forget(),
    );
    await world.count();
    expect(await world.keys()).toEqual([tombstone]);
  });
});

describe('what is sent later', () => {
  it('is new, also with a key that was used before, for another payload', async () => {
    await world.sendAndCount('a');
    await expect(world.send('a', { path: '/another' })).rejects.toThrow(IdempotencyKeyReused);
    await world.forget();
    expect(await world.send('a', { path: '/another' })).toMatchObject({ isFirst: true });
    await world.count();
    expect(await world.requests()).toBe(1);
    expect(await world.verdictOn('a')).toBe('counted');
  });

  it('takes the place of a batch that is not removed yet', async () => {
    await world.sendAndCount('a');
    await writeTombstone(customer(), undefined, world.store, world.now);
    expect(await world.send('a', { path: '/another' })).toMatchObject({ isFirst: true });
    await world.count();
    expect(await world.requests()).toBe(1);
  });

  it('is in hours and days again', async () => {
    await world.sendAndCount('a');
    await world.rollUpAll();
    await world.forget();
    await world.sendAndCount('b');
    await world.rollUpAll();
    expect((await world.keys()).filter((key) => key.startsWith('aggregates/'))).toHaveLength(3);
  });
});
