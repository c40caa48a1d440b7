import { beforeEach, describe, expect, it } from 'vitest';
import { batchKey, tombstoneKey } from '../../../lib/domain/keys.ts';
import { writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import { batchIdOf, customer } from '../../factories.ts';
import { AuditWorld, keptForever } from './audit-world.ts';

const world = new AuditWorld();
beforeEach(() => world.reset());

describe('an audit beside the forgetting of a customer', () => {
  const begin = () => writeTombstone(customer(), undefined, world.store, world.now);

  it('reports nothing of what is forgotten and not removed yet', async () => {
    await world.storeAndCount('counted');
    await world.storeBatch('lost');
    await world.store.delete(batchKey(customer(), batchIdOf('counted')));
    await begin();
    expect((await world.findings({ canHaveExpired: keptForever })).found).toEqual([]);
  });

  it('reports nothing where it begins while the batches are listed', async () => {
    await world.storeAndCount('first');
    world.store.before.set('list batches/', async () => {
      await begin();
      await world.store.delete(batchKey(customer(), batchIdOf('first')));
    });
    expect((await world.findings({ canHaveExpired: keptForever })).found).toEqual([]);
  });

  it('misses what was sent later', async () => {
    await world.storeAndCount('first');
    await begin();
    await world.storeBatch('later');
    const { found } = await world.findings({ canHaveExpired: keptForever });
    expect(found).toMatchObject([
      { kind: 'partials-missing', batches: [batchKey(customer(), batchIdOf('later'))] },
    ]);
  });

  it('reports a tombstone that cannot be read, judges no minute of its customer, and goes on with others', async () => {
    const other = customer('cus-other');
    await world.storeAndCount('first');
    await world.storeBatch('lost');
    await world.storeBatch('lost', { of: other });
    await begin();
    await world.edit(tombstoneKey(customer()), (text) => text.slice(0, 20));
    const { found } = await world.findings({ canHaveExpired: keptForever });
    expect(found).toMatchObject([
      {
        kind: 'tombstone-unreadable',
        key: tombstoneKey(customer()),
        reason: 'A tombstone is damaged: it is not JSON.',
      },
      { kind: 'partials-missing', customerId: other },
    ]);
  });
});
