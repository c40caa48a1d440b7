import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expireHandler } from '../../handlers/expire.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import { RetainedApp } from './retained-app.ts';
import { propertyRuns } from '../property-runs.ts';

/**
 * Kills the deletion between any two of its steps, with all other work between them, and runs two deletions at once
 * in every order that the scheduler finds. In the end everything behind the horizon is deleted, and nothing else.
 */

const environment = { RETENTION_DAYS: '30', RAW_BATCH_DAYS: '10' };
const old = ['2025-11-20T10:00:07Z', '2025-11-20T10:01:07Z', '2025-11-28T23:59:59Z'] as const;
const kept = ['2025-12-01T00:00:00Z', '2025-12-20T10:00:07Z'] as const;
const all = { from: '2025-11-01T00:00:00Z', to: '2026-01-01T00:00:00Z' };

/** Ends the deletion before its n-th change of the store. */
class KilledStore extends InMemoryObjectStore {
  changesLeft = Number.POSITIVE_INFINITY;
  changes = 0;

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    this.#change();
    return super.put(...args);
  }

  override async delete(...args: Parameters<InMemoryObjectStore['delete']>) {
    this.#change();
    return super.delete(...args);
  }

  #change(): void {
    this.changes += 1;
    this.changesLeft -= 1;
    if (this.changesLeft < 0) throw new Unavailable('killed');
  }
}

async function prepare(store: InMemoryObjectStore): Promise<RetainedApp> {
  const retained = new RetainedApp(environment, '2025-12-10T18:04:00Z', store);
  await retained.send('first', ...old, ...kept.slice(0, 1));
  await retained.send('second', ...old);
  await retained.count();
  await retained.rollUp();
  await retained.send('lost', ...old, ...kept.slice(0, 1));
  retained.lose();
  retained.pass(18 * 86_400); // 2025-12-28
  await retained.send('third', ...kept);
  return retained;
}

/** Does everything that may happen meanwhile: none of it may bring anything back. */
async function goOn(retained: RetainedApp): Promise<void> {
  for (const [key, instants] of [
    ['first', [...old, ...kept.slice(0, 1)]],
    ['lost', [...old, ...kept.slice(0, 1)]],
  ] as const) {
    const { status } = await retained.send(key, ...instants);
    expect([202, 400, 409]).toContain(status); // 400 once its raw batch has expired: it is too old then
  }
  await retained.count();
  for (const key of ['first', 'second', 'lost', 'third']) await retained.verify(key);
  await retained.count();
  await retained.rollUp();
}

async function expectExactlyWhatIsKept(retained: RetainedApp): Promise<void> {
  await goOn(retained);
  // If raw batches have expired, too, their windows stay as they are.
  const { findings } = await retained.auditAndRepair();
  expect(findings.filter(({ kind }) => kind !== 'not-auditable')).toEqual([]);
  expect(await retained.get('/aggregates/total', all)).toMatchObject({ requests: 4 });
  const starts = async (window: string) => {
    const { windows } = await retained.get('/aggregates', { ...all, window });
    return windows.map(({ windowStart, requests }) => [windowStart, requests]);
  };
  expect(await starts('minute')).toEqual([
    ['2025-12-01T00:00:00Z', 3],
    ['2025-12-20T10:00:00Z', 1],
  ]);
  expect(await starts('hour')).toEqual(await starts('minute'));
  expect(await starts('day')).toEqual([
    ['2025-12-01T00:00:00Z', 3],
    ['2025-12-20T00:00:00Z', 1],
  ]);
  const places = (await retained.keys('aggregates/')).map((key) =>
    key.replace(/^aggregates\/\w+\/cus-axon\//, ''),
  );
  expect(places.filter((place) => place < '2025/11/30')).toEqual([]);
}

describe('the deletion of what has expired', () => {
  it('may be killed before any of its changes, and goes on', async () => {
    let wasKilled = true;
    let kills = 0;
    for (let steps = 0; wasKilled; steps += 1) {
      wasKilled = false;
      const store = new KilledStore();
      const retained = await prepare(store);
      const expire = async () => {
        store.changesLeft = wasKilled ? Number.POSITIVE_INFINITY : steps - used;
        const before = store.changes;
        try {
          await retained.expire();
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
          wasKilled = true;
          kills += 1;
          retained.restart(environment);
        }
        used += store.changes - before;
        store.changesLeft = Number.POSITIVE_INFINITY;
      };
      let used = 0;
      for (const seconds of [0, 86_400, 900, 300]) {
        retained.pass(seconds);
        await expire();
        retained.pass(60);
        await goOn(retained);
      }
      for (const seconds of [300, 86_400, 900, 300]) {
        retained.pass(seconds);
        await expire();
      }
      await expectExactlyWhatIsKept(retained);
    }
    // The two horizons twice each, 12 windows, 3 batches and the two positions.
    expect(kills).toBeGreaterThan(15);
  });

  it('leaves hours and days alone, and no difference, while only their minutes are deleted', async () => {
    const store = new KilledStore();
    const retained = await prepare(store);
    await retained.expire();
    retained.pass(86_400);
    await retained.expire();
    retained.pass(900);
    const hour = 'aggregates/hour/cus-axon/2025/11/20/10.json' as ObjectKey;
    const before = await store.get(hour);
    store.changesLeft = 1; // the first of the hour's two minutes
    await expect(retained.expire()).rejects.toThrow('killed');
    store.changesLeft = Number.POSITIVE_INFINITY;
    expect(await retained.keys('aggregates/minute/cus-axon/2025/11/20')).toHaveLength(1);

    // A notification of the deleted minute, or of the other one, may have waited until now.
    const minutes = ['00', '01'].map((minute) => `aggregates/minute/cus-axon/2025/11/20/10/${minute}.json`);
    expect(await retained.rollUp(minutes)).toEqual({ batchItemFailures: [] });
    expect((await store.get(hour))?.etag).toBe(before?.etag);
    const { findings } = await retained.auditAndRepair();
    expect(findings.filter(({ key }) => !key.includes('/2025/12/'))).toEqual([]);
    expect((await store.get(hour))?.etag).toBe(before?.etag);
  });

  it('may run twice at once', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const inner = new InMemoryObjectStore();
      const retained = await prepare(inner);
      const turn = () => scheduler.schedule(Promise.resolve());
      const { app } = retained;
      const takingTurns = async () => ({
        ...app,
        store: {
          get: (...args: Parameters<InMemoryObjectStore['get']>) => turn().then(() => inner.get(...args)),
          put: (...args: Parameters<InMemoryObjectStore['put']>) => turn().then(() => inner.put(...args)),
          delete: (...args: Parameters<InMemoryObjectStore['delete']>) =>
            turn().then(() => inner.delete(...args)),
          list: (...args: Parameters<InMemoryObjectStore['list']>) => inner.list(...args),
        },
      });
      for (const seconds of [0, 86_400, 900, 300]) {
        retained.pass(seconds);
        const both = [expireHandler(takingTurns)(), expireHandler(takingTurns)()];
        await scheduler.waitFor(Promise.all(both));
      }
      await expectExactlyWhatIsKept(retained);
    });
    await expect(fc.assert(property, { numRuns: propertyRuns(30) })).resolves.toBeUndefined();
  });
});
