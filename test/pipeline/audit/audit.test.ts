import { beforeEach, describe, expect, it } from 'vitest';
import { batchKey } from '../../../lib/domain/keys.ts';
import { batchIdOf, customer } from '../../factories.ts';
import { AuditWorld, auditedKey } from './audit-world.ts';

const world = new AuditWorld();
beforeEach(() => world.reset());

describe('an audit beside a running pipeline', () => {
  it('does not take a batch for gone that was stored and counted after its window was read', async () => {
    await world.storeAndCount('first');
    world.store.before.set('list batches/', () => world.storeAndCount('second'));
    expect(await world.findings()).toMatchObject({ found: [], batches: 2 });
  });

  it('does not miss what was counted after its window was read', async () => {
    await world.storeAndCount('first');
    const count = await world.storeBatch('second');
    world.store.before.set('list batches/', count);
    expect((await world.findings()).found).toEqual([]);
  });

  it('does not miss what is counted in a window that was not there', async () => {
    const count = await world.storeBatch('first');
    world.store.before.set('list batches/', count);
    expect((await world.findings()).found).toEqual([]);
  });

  it('passes over a batch that expires meanwhile', async () => {
    await world.storeAndCount('first');
    const key = batchKey(customer(), batchIdOf('second'));
    await world.storeBatch('second');
    world.store.before.set(`get ${key}`, () => world.store.delete(key));
    expect(await world.findings()).toMatchObject({ found: [], batches: 2 });
  });
});

describe('an audit of a window whose raw batches are partly gone', () => {
  const notAuditable = { kind: 'not-auditable', key: auditedKey, partials: 1 };

  it('reports a stored batch that is not in it, and takes its counts as they are', async () => {
    await world.storeAndCount('expired');
    await world.store.delete(batchKey(customer(), batchIdOf('expired')));
    expect(await world.findings()).toMatchObject({ found: [notAuditable], notAuditable: 1 });
    await world.storeBatch('lost');
    const { found } = await world.findings();
    const missing = {
      kind: 'partials-missing',
      partials: 1,
      batches: [batchKey(customer(), batchIdOf('lost'))],
    };
    expect(found).toMatchObject([notAuditable, missing]);
  });

  it('reports it also where the other batch is damaged', async () => {
    await world.storeAndCount('damaged');
    const key = batchKey(customer(), batchIdOf('damaged'));
    await world.store.delete(key);
    await world.store.put(key, Buffer.from('{'), { ifNoneMatch: '*' });
    await world.storeBatch('lost');
    const { found } = await world.findings();
    expect(found.map(({ kind }) => kind)).toEqual(['batch-unreadable', 'not-auditable', 'partials-missing']);
  });
});
