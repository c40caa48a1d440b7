import { beforeEach, describe, expect, it } from 'vitest';
import { batchKey } from '../../../lib/domain/keys.ts';
import type { DifferingWindows } from '../../../lib/pipeline/audit/differing-windows.ts';
import { repair, type RepairOutcome } from '../../../lib/pipeline/audit/repair.ts';
import type { Spool } from '../../../lib/pipeline/audit/spool.ts';
import { writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import { batchIdOf, customer, instant, simpleRules, foldingLimits as limits } from '../../factories.ts';
import { inMemorySpool } from './in-memory-spool.ts';
import { AuditWorld, auditedKey, keptForever, never } from './audit-world.ts';

const world = new AuditWorld();
beforeEach(() => world.reset());

describe('a repair', () => {
  async function repairAll(
    spool: Spool,
    differing: DifferingWindows,
    isPending = never,
    isRemovingForeign = false,
  ): Promise<RepairOutcome[]> {
    const outcomes: RepairOutcome[] = [];
    const options = { limits, isPending, isRemovingForeign, rulesVersion: simpleRules.version };
    await repair(differing, { store: world.store, spool, clock: world.clock }, options, (outcome) =>
      outcomes.push(outcome),
    );
    return outcomes;
  }

  it('adds what is missing to a window whose other batches are gone, and leaves the rest as it is', async () => {
    await world.storeAndCount('expired');
    await world.store.delete(batchKey(customer(), batchIdOf('expired')));
    await world.edit(auditedKey, (text) => text.replace('"requests":1', '"requests":70'));
    const before = await world.readWindow();
    await world.storeBatch('lost');
    const spool = inMemorySpool();
    const { differing } = await world.findings({ spool });
    expect(await repairAll(spool, differing)).toEqual([{ key: auditedKey, kind: 'repaired', requests: 71 }]);
    const after = await world.readWindow();
    expect(after).toMatchObject({ requests: 71, batches: 2, revision: 2 });
    expect(after.counts.requestsByPath).toEqual(new Map([...before.counts.requestsByPath, ['GET /lost', 1]]));
    expect(after.partialIds.subarray(0, before.partialIds.length)).toEqual(before.partialIds);
    expect((await world.findings()).found).toMatchObject([{ kind: 'not-auditable', partials: 1 }]);
  });

  it('leaves young batches to the pipeline, also where it counts a window anew', async () => {
    await world.storeAndCount('first');
    await world.edit(auditedKey, (text) => text.replace('"requests":1', '"requests":70'));
    await world.storeBatch('old');
    world.now = instant('2025-12-28T18:20:00Z');
    await world.storeBatch('young');
    const isPending = (storedAt: Date) => storedAt >= world.now;
    const spool = inMemorySpool();
    const { differing, pending } = await world.findings({ spool, isPending });
    expect(pending).toBe(1);
    expect(await repairAll(spool, differing, isPending)).toEqual([
      { key: auditedKey, kind: 'repaired', requests: 2 },
    ]);
    expect(await world.readWindow()).toMatchObject({ requests: 2, batches: 2 });
    expect(await world.findings({ isPending })).toMatchObject({ found: [], pending: 1 });
  });

  it('writes nothing over what was written since the windows were read', async () => {
    await world.storeAndCount('first');
    await world.storeBatch('second');
    const spool = inMemorySpool();
    const { differing } = await world.findings({ spool });
    await world.storeAndCount('third');
    expect(await repairAll(spool, differing)).toMatchObject([{ key: auditedKey, kind: 'not-repaired' }]);
    expect(await world.readWindow()).toMatchObject({ requests: 2, revision: 2 });
  });

  it.each([
    ['leaves what is foreign', false, [], 500_001],
    [
      'removes what is foreign where that is requested',
      true,
      [{ key: auditedKey, kind: 'repaired', requests: 1 }],
      1,
    ],
  ])('%s', async (_, isRemovingForeign, outcomes, requests) => {
    await world.storeAndCount('first');
    await world.forge();
    const spool = inMemorySpool();
    const { differing } = await world.findings({ spool, canHaveExpired: keptForever });
    expect(await repairAll(spool, differing, never, isRemovingForeign)).toEqual(outcomes);
    expect(await world.readWindow()).toMatchObject({ requests });
    expect((await world.findings({ canHaveExpired: keptForever })).found).toHaveLength(
      isRemovingForeign ? 0 : 1,
    );
  });

  it('adds what is missing beside what is foreign, and leaves that', async () => {
    await world.forge();
    await world.storeBatch('lost');
    const spool = inMemorySpool();
    const { differing } = await world.findings({ spool, canHaveExpired: keptForever });
    expect(await repairAll(spool, differing)).toEqual([
      { key: auditedKey, kind: 'repaired', requests: 500_001 },
    ]);
  });

  it('removes a window that has nothing but what is foreign', async () => {
    await world.forge();
    const spool = inMemorySpool();
    const { differing } = await world.findings({ spool, canHaveExpired: keptForever });
    expect(await repairAll(spool, differing, never, true)).toEqual([{ key: auditedKey, kind: 'removed' }]);
    expect(await world.store.get(auditedKey)).toBeUndefined();
  });

  it('does not bring a customer back that is forgotten meanwhile', async () => {
    await world.storeBatch('lost');
    const spool = inMemorySpool();
    const { differing } = await world.findings({ spool });
    const forget = () => writeTombstone(customer(), undefined, world.store, world.now);
    world.store.before.set(`put ${auditedKey}`, forget);
    expect(await repairAll(spool, differing)).toMatchObject([{ kind: 'not-repaired' }]);
    expect(await world.store.get(auditedKey)).toBeUndefined();
    expect(await repairAll(spool, differing)).toMatchObject([{ kind: 'not-repaired' }]);
    expect(await world.store.get(auditedKey)).toBeUndefined();
  });

  it('adds hundreds of partials to a window in one revision', async () => {
    await world.storeAndCount('first');
    for (let batch = 0; batch < 600; batch++) await world.storeBatch(`batch-${batch}`);
    const spool = inMemorySpool();
    const { differing } = await world.findings({ spool });
    expect(await repairAll(spool, differing)).toEqual([{ key: auditedKey, kind: 'repaired', requests: 601 }]);
    expect(await world.readWindow()).toMatchObject({ requests: 601, batches: 601, revision: 2 });
    expect((await world.findings()).found).toEqual([]);
  });
});
