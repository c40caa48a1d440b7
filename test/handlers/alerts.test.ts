import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { alertPhases } from '../../lib/pipeline/expire/delete-alerts.ts';
import { beginForgetting } from '../../lib/pipeline/forget/begin-forgetting.ts';
import { forgetCustomer } from '../../lib/pipeline/forget/forget-customer.ts';
import { alertStateKey } from '../../lib/domain/keys.ts';
import { customer, foldingLimits as limits, sentEntry, windowStart } from '../factories.ts';
import { AlertsWorld, quickRules } from './alerts-world.ts';

let world: AlertsWorld;

beforeEach(() => {
  world = new AlertsWorld();
});

/** The last complete hour is the one before the current one; it and its next one have usual weeks before them. */
async function fallen(in_: AlertsWorld = world): Promise<void> {
  await in_.history(1);
  await in_.history(0);
  await in_.traffic(1, 5);
}

describe('alerts', () => {
  it('are raised by a complete hour, sent, answered, and resolved by a later one', async () => {
    await fallen();
    await world.check();
    expect(await world.answer()).toMatchObject({
      judgedThrough: '2025-12-28T18:00:00Z',
      open: [{ kind: 'fall', since: '2025-12-28T17:00:00Z' }],
      alerts: [
        { kind: 'fall', change: 'raised', windowStart: '2025-12-28T17:00:00Z', requests: 5, usual: 100 },
      ],
    });
    await world.traffic(0, 90);
    world.pass(1);
    await world.check();
    const { open, alerts } = await world.answer();
    expect(open).toEqual([]);
    expect(alerts).toMatchObject([{}, { change: 'resolved', reason: 'recovered', raisedId: alerts[0]?.id }]);
    expect(world.sent.map(({ id }) => id)).toEqual(alerts.map(({ id }) => id));
  });

  it('are not decided twice, however often the function runs', async () => {
    await fallen();
    for (let run = 0; run < 3; run += 1) await world.check();
    world.restart();
    await world.check();
    expect(world.sent).toHaveLength(1);
  });

  it('wait until the hour is complete: silence may only mean that entries are on their way', async () => {
    await world.history(1);
    await world.accept([sentEntry({ receivedAt: '2025-12-28T17:05:00Z' })]);
    await world.check();
    expect(await world.answer()).toMatchObject({ judgedThrough: null, alerts: [] });
    await world.count();
    await world.check();
    expect(await world.changes()).toEqual(['fall raised']);
  });

  it('report a silence, which no write of a window announces', async () => {
    await world.history(1);
    await world.check();
    expect(await world.changes()).toEqual(['silence raised']);
  });

  it('report errors of a customer that is new', async () => {
    await world.traffic(1, 60);
    await world.traffic(1, 40, '503');
    await world.check();
    expect((await world.answer()).alerts).toMatchObject([{ kind: 'errors', errors: 40, requests: 100 }]);
  });

  it('belong to one customer each', async () => {
    await fallen();
    await world.history(1, 'cus-other');
    await world.traffic(1, 100, '200', 'cus-other');
    await world.check();
    expect(await world.answer({}, 'cus-other')).toMatchObject({
      alerts: [],
      judgedThrough: '2025-12-28T18:00:00Z',
    });
  });

  it('are off for a customer whose rules are, and end what was raised before', async () => {
    await fallen();
    await world.check();
    world.restart({ defaults: quickRules, customers: { 'cus-axon': 'off' } });
    world.pass(1);
    await world.check();
    expect((await world.answer()).alerts).toMatchObject([{ change: 'raised' }, { reason: 'switched-off' }]);
    const written = await world.store.get(alertStateKey(customer()));
    world.pass(5);
    await world.check();
    expect((await world.store.get(alertStateKey(customer())))?.etag).toBe(written?.etag);
  });

  it('wait longer where the rules say so', async () => {
    await fallen();
    world.restart({ defaults: { ...quickRules, waitHours: 2 } });
    world.pass(1);
    await world.check();
    expect((await world.answer()).judgedThrough).toBe('2025-12-28T17:00:00Z');
  });
});

describe('late entries', () => {
  it('change no judgement: the hours that follow resolve the alert', async () => {
    await world.history(1);
    await world.history(0);
    await world.check();
    await world.traffic(1, 100); // for the hour that was judged as silent
    await world.check();
    expect(await world.changes()).toEqual(['silence raised']);
    await world.traffic(0, 100);
    world.pass(1);
    await world.check();
    expect(await world.changes()).toEqual(['silence raised', 'silence resolved']);
  });
});

describe('after a pause', () => {
  it('all hours are judged in their order, each once', async () => {
    await fallen();
    await world.check();
    await world.traffic(0, 100);
    world.pass(3);
    world.restart();
    await world.check();
    expect((await world.answer()).judgedThrough).toBe('2025-12-28T21:00:00Z');
    expect(await world.changes()).toEqual(['fall raised', 'fall resolved']);
  });

  it('hours before the last 48 are passed over, and the log says so', async () => {
    await fallen();
    await world.check();
    world.pass(60);
    await world.check();
    expect((await world.answer()).judgedThrough).toBe('2025-12-31T06:00:00Z');
    expect(world.logLines.find((line) => line.includes('passed over'))).toContain('"hours":12');
  });
});

describe('a target that is down', () => {
  it('gets everything in order when it is back, and costs few attempts meanwhile', async () => {
    world.isDown = true;
    await fallen();
    await world.check();
    await world.traffic(0, 100);
    world.pass(1);
    for (let run = 0; run < 5; run += 1) await world.check();
    expect(world.sent).toEqual([]);
    expect(await world.changes()).toEqual(['fall raised', 'fall resolved']);
    const failures = world.logLines.filter((line) => line.includes('was not delivered'));
    expect(failures.length).toBeLessThanOrEqual(2);
    world.isDown = false;
    world.pass(2);
    await world.check();
    expect(world.sent.map(({ change }) => change).slice(0, 2)).toEqual(['raised', 'resolved']);
  });

  it('gets them after a restart, which knows nothing of them but what is stored', async () => {
    world.isDown = true;
    await fallen();
    await world.check();
    world.isDown = false;
    world.restart();
    await world.check();
    expect(world.sent).toHaveLength(1);
  });
});

class Killed extends Error {}

/** A store whose process dies at the nth change of an object of alerts, before or after it. */
function dyingStore(store: ObjectStore, nth: number, phase: 'before' | 'after'): ObjectStore {
  let left = nth;
  let isDead = false;
  const live = () => {
    if (isDead) throw new Killed('This process is dead.');
  };
  const change = async <T>(key: string, act: () => Promise<T>): Promise<T> => {
    live();
    if (!key.startsWith('alerts/')) return act();
    left -= 1;
    if (left === 0 && phase === 'before') isDead = true;
    live();
    const result = await act();
    if (left === 0) isDead = true;
    live();
    return result;
  };
  return {
    get: async (...args) => (live(), store.get(...args)),
    list: (...args) => (live(), store.list(...args)),
    put: (key, ...args) => change(key, () => store.put(key, ...args)),
    delete: (key, ...args) => change(key, () => store.delete(key, ...args)),
  };
}

describe('a process that is killed', () => {
  it.each([1, 2, 3].flatMap((nth) => [[nth, 'before'] as const, [nth, 'after'] as const]))(
    'at change %i, %s it, sends each event at least once and decides it once',
    async (nth, phase) => {
      await fallen();
      world.restart(undefined, dyingStore(world.store, nth, phase));
      await world.check().catch(() => undefined); // the list of customers may be what it cannot read any more
      world.restart();
      await world.check();
      const { alerts } = await world.answer();
      expect(alerts).toHaveLength(1);
      expect([...new Set(world.sent.map(({ id }) => id))]).toEqual([alerts[0]?.id]);
      const delivered = world.sent.length;
      world.restart();
      await world.check();
      expect(world.sent).toHaveLength(delivered); // nothing is left to be sent
    },
  );

  it('leaves the decision to one of two that judge at once', async () => {
    await fallen();
    const other = new AlertsWorld(undefined, world.store);
    // Both have read the same state when one of them writes.
    const slow: ObjectStore = {
      get: (...args) => world.store.get(...args),
      list: (...args) => world.store.list(...args),
      delete: (...args) => world.store.delete(...args),
      put: async (key, ...args) => {
        if (key.startsWith('alerts/state/')) await other.check();
        return world.store.put(key, ...args);
      },
    };
    world.restart(undefined, slow);
    await world.check();
    const ids = [...world.sent, ...other.sent].map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    expect(await world.changes()).toEqual(['fall raised']);
  });
});

describe('GET /alerts', () => {
  it('answers page by page, in the order of the hours', async () => {
    await fallen();
    await world.check();
    await world.traffic(0, 100);
    world.pass(1);
    await world.check();
    const range = { from: '2025-12-28T00:00:00Z', to: '2025-12-29T00:00:00Z', limit: '1' };
    const first = await world.answer(range);
    const second = await world.answer({ ...range, nextToken: first.nextToken ?? '' });
    expect([first, second].map(({ alerts }) => alerts.map(({ change }) => change))).toEqual([
      ['raised'],
      ['resolved'],
    ]);
    expect(second.nextToken).toBeUndefined();
    expect((await world.answer({ ...range, to: '2025-12-28T18:00:00Z' })).alerts).toHaveLength(1);
    expect((await world.answer({ ...range, from: '2025-12-28T18:00:00Z' })).alerts).toMatchObject([
      { change: 'resolved' },
    ]);
  });

  it.each([{ kind: 'fall' }, { limit: '1001' }, { from: 'yesterday' }, { nextToken: 'x' }])(
    'refuses %j',
    async (query) => {
      expect(await world.answer(query as Record<string, string>)).toMatchObject({ errorCode: 'QRY_1000' });
    },
  );
});

describe('a forgotten customer', () => {
  const forget = async () => {
    const ports = {
      store: world.store,
      outbox: world.app.outbox,
      failedRecords: world.app.failedRecords,
      clock: world.app.clock,
    };
    const { tombstone } = await beginForgetting(customer(), ports);
    if (tombstone === undefined) expect.fail('there is nothing to forget');
    return forgetCustomer(tombstone, ports, { limits, maxSeconds: 60 });
  };

  it('loses its alerts, those that were not sent included', async () => {
    world.isDown = true;
    await fallen();
    await world.check();
    expect(await world.keys('alerts/')).toHaveLength(2);
    expect((await forget()).removed.alerts).toBe(2);
    expect(await world.keys('alerts/')).toEqual([]);
    world.isDown = false;
    world.restart();
    await world.check();
    expect(world.sent).toEqual([]);
  });

  it('gets no alert from a check that has read its counts before', async () => {
    await fallen();
    const racing: ObjectStore = {
      get: (...args) => world.store.get(...args),
      list: (...args) => world.store.list(...args),
      delete: (...args) => world.store.delete(...args),
      put: async (key, ...args) => {
        if (key.startsWith('alerts/state/')) await forget();
        return world.store.put(key, ...args);
      },
    };
    world.restart(undefined, racing);
    await world.check();
    expect(await world.keys('alerts/')).toEqual([]);
    expect(world.sent).toEqual([]);
  });
});

it('keeps alerts out of the way of other objects', async () => {
  const store = new InMemoryObjectStore();
  const own = new AlertsWorld(undefined, store);
  await fallen(own);
  const before = (await own.keys('')).filter((key) => !key.startsWith('alerts/'));
  await own.check();
  expect((await own.keys('')).filter((key) => !key.startsWith('alerts/'))).toEqual(before);
});

describe('retention', () => {
  it('deletes alerts of expired hours, and what is remembered of customers that have none any more', async () => {
    await fallen();
    await world.check();
    expect(await world.keys('alerts/')).toHaveLength(2);
    const { store, clock } = world.app;
    const horizon = windowStart('2025-12-28T00:00:00Z');
    const phases = alertPhases({ store, clock }, 4);
    const expire = async (before: typeof horizon) => {
      for (const phase of phases) expect(await phase.run(before, undefined, () => false)).toBeUndefined();
    };
    await expire(horizon);
    expect(await world.keys('alerts/')).toHaveLength(2);
    await expire(windowStart('2025-12-29T00:00:00Z'));
    expect(await world.keys('alerts/')).toEqual([]);
  });
});
