import { beforeEach, describe, expect, it } from 'vitest';
import { encodeRetention } from '../../../lib/domain/retention-format.ts';
import { batchKey, horizonKeys } from '../../../lib/domain/keys.ts';
import type { PutCondition } from '../../../lib/ports/object-store.ts';
import { batchIdOf, customer, instant, windowStart } from '../../factories.ts';
import { AuditWorld, auditedKey, keptForever } from './audit-world.ts';

const world = new AuditWorld();
beforeEach(() => world.reset());

describe('an audit of a window with a partial that belongs to no stored batch', () => {
  const foreign = { kind: 'partials-foreign', key: auditedKey, customerId: customer(), partials: 1 };

  it('reports a difference where no raw batch can have expired', async () => {
    await world.storeAndCount('first');
    await world.forge();
    expect(await world.findings({ canHaveExpired: keptForever })).toMatchObject({
      found: [foreign],
      notAuditable: 0,
    });
  });

  it('uses the time when the oldest of its batches was stored, where raw batches expire', async () => {
    await world.storeAndCount('first');
    await world.forge();
    const kept = (since: string) => (storedSince: Date | undefined) =>
      storedSince === undefined || storedSince < instant(since);
    expect((await world.findings({ canHaveExpired: kept('2025-12-28T18:10:00Z') })).found).toMatchObject([
      foreign,
    ]);
    const { found } = await world.findings({ canHaveExpired: kept('2025-12-28T18:10:01Z') });
    expect(found).toMatchObject([{ kind: 'not-auditable' }]);
  });

  it('uses what the pipeline itself has deleted', async () => {
    await world.storeAndCount('first');
    await world.forge();
    const deletedUntil = async (horizon: string, condition: PutCondition) => {
      const current = { horizon: windowStart(horizon), at: world.now };
      const state = { current, settled: undefined, announced: undefined };
      return world.store.put(horizonKeys.raw, encodeRetention(state), condition);
    };
    const { etag } = await deletedUntil('2025-12-27T00:00:00Z', { ifNoneMatch: '*' });
    expect((await world.findings({ canHaveExpired: keptForever })).found).toMatchObject([foreign]);
    await deletedUntil('2025-12-28T00:00:00Z', { ifMatch: etag });
    expect((await world.findings({ canHaveExpired: keptForever })).found).toMatchObject([
      { kind: 'not-auditable' },
    ]);
  });

  it('does not call it foreign where a batch of the customer cannot be read', async () => {
    await world.storeAndCount('first');
    await world.edit(batchKey(customer(), batchIdOf('first')), () => '{');
    const { found } = await world.findings({ canHaveExpired: keptForever });
    expect(found.map(({ kind }) => kind)).toEqual(['batch-unreadable', 'not-auditable']);
  });
});
