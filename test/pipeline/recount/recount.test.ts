import { beforeEach, describe, expect, it } from 'vitest';
import { batchKey } from '../../../lib/domain/keys.ts';
import { encodeWindow } from '../../../lib/domain/window-format.ts';
import { replaceWindows } from '../../../lib/pipeline/recount/replace-windows.ts';
import { writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import { batchIdOf, customer, instant, simpleRules, windowStart } from '../../factories.ts';
import { auditedKey, firstBatchKey } from '../audit/audit-world.ts';
import { formerRules, RecountWorld } from './recount-world.ts';

const world = new RecountWorld();
beforeEach(() => world.reset());

const pathsOf = async () => Object.fromEntries((await world.readWindow()).counts.requestsByPath);
const presentPaths = (...keys: string[]) => Object.fromEntries(keys.map((key) => [`GET /${key}`, 1]));

describe('a recount', () => {
  it('counts old windows by the current rules, and changes neither ids nor numbers of requests', async () => {
    await world.countFormer('first', 'second');
    await world.storeAndCount('third');
    const before = await world.readWindow();
    expect(await pathsOf()).toEqual({ 'GET /former': 2, 'GET /third': 1 });

    expect(await world.recount()).toBe(1);

    const { requests, batches, lateRequests, partialIds, storedSince } = before;
    expect(await world.readWindow()).toMatchObject({
      requests,
      batches,
      lateRequests,
      partialIds,
      storedSince,
      revision: before.revision + 1,
      recounted: { rulesVersion: 'simple-1', partials: 3 },
    });
    expect(await pathsOf()).toEqual(presentPaths('first', 'second', 'third'));
    expect(world.left).toEqual([]);
  });

  it('is found right by an audit by its rules, by those of before, and by others', async () => {
    await world.countFormer('first', 'second');
    await world.recount();
    for (const rules of [simpleRules, formerRules, { ...simpleRules, version: 'simple-2' }])
      expect((await world.findings({ rules })).found).toEqual([]);
  });

  it('writes nothing where everything is counted by the current rules, recounted or not', async () => {
    await world.storeAndCount('first');
    expect(await world.recount()).toBe(0);
    await world.countFormer('second');
    await world.recount();
    const body = encodeWindow(await world.readWindow());
    expect(await world.recount()).toBe(0);
    expect(encodeWindow(await world.readWindow())).toEqual(body);
  });

  it('recounts a window that another recount counted by other rules', async () => {
    await world.storeAndCount('first');
    await world.recount({ rules: formerRules });
    expect(await pathsOf()).toEqual({ 'GET /former': 1 });
    await world.recount();
    expect(await pathsOf()).toEqual(presentPaths('first'));
  });

  it('leaves a window whose raw batches are partly gone as it is, and lists it', async () => {
    await world.countFormer('first', 'second');
    await world.store.delete(firstBatchKey);
    expect(await world.recount()).toBe(0);
    expect(await pathsOf()).toEqual({ 'GET /former': 2 });
    expect(world.left).toEqual([{ kind: 'batches-gone', key: auditedKey, partials: 1 }]);
  });

  it('leaves a window as it is whose batch cannot be read', async () => {
    await world.countFormer('first');
    await world.edit(firstBatchKey, (text) => text.slice(0, 20));
    expect(await world.recount()).toBe(0);
    expect(world.left.map(({ kind }) => kind)).toEqual(['batch-unreadable', 'batches-gone']);
  });

  it('leaves a window outside of its range as it is', async () => {
    await world.countFormer('first');
    expect(await world.recount({ from: windowStart('2025-12-28T18:04:00Z') })).toBe(0);
    expect(await world.recount({ to: windowStart('2025-12-28T18:03:00Z') })).toBe(0);
  });

  it('leaves a window that has expired as it is, and waits for nothing of it', async () => {
    await world.countFormer('first');
    await world.storeFormer('second');
    const retention = { horizon: async () => windowStart('2025-12-28T18:04:00Z') };
    expect(await world.recount({ retention })).toBe(0);
  });

  it('does not touch what is forgotten', async () => {
    await world.countFormer('first');
    await writeTombstone(customer(), world.now, world.store, world.now);
    expect(await world.recount()).toBe(0);
    expect(world.left).toEqual([]);
  });

  it('leaves a window that is not the sum of its batches to an audit', async () => {
    await world.countFormer('first');
    await world.edit(auditedKey, (text) => text.replace('"requests":1,', '"requests":7,'));
    expect(await world.recount()).toBe(0);
    expect(world.left).toEqual([{ kind: 'window-differs', key: auditedKey }]);
  });

  it('notifies of what an earlier recount replaced, where the store does not', async () => {
    const notified: string[] = [];
    await world.countFormer('first');
    await world.recount();
    await world.recount({ notifier: { notify: async (keys) => void notified.push(...keys) } });
    expect(notified).toEqual([auditedKey]);
  });
});

describe('beside a running pipeline, a recount', () => {
  it('waits for a batch of former rules that is not counted yet, and recounts its window then', async () => {
    await world.countFormer('first');
    const count = await world.storeFormer('second');
    const recount = world.begin();
    expect(await recount.pass(world.reporter)).toMatchObject({ recounted: 1, waiting: 1 });

    await count();
    expect(await pathsOf()).toEqual({ ...presentPaths('first'), 'GET /former': 1 });
    expect((await world.findings()).found).toEqual([]);

    expect(await recount.pass(world.reporter)).toMatchObject({ recounted: 1, waiting: 0 });
    expect(await pathsOf()).toEqual(presentPaths('first', 'second'));
    expect((await world.findings()).found).toEqual([]);
  });

  it('waits for the window of such a batch, too', async () => {
    const count = await world.storeFormer('first');
    const recount = world.begin();
    expect(await recount.pass(world.reporter)).toMatchObject({ windows: 0, waiting: 1 });
    await count();
    expect(await recount.pass(world.reporter)).toMatchObject({ recounted: 1, waiting: 0 });
  });

  it('does not wait for batches of the current rules', async () => {
    await world.countFormer('first');
    const count = await world.storeBatch('second');
    expect(await world.recount()).toBe(1);
    await count();
    expect(await pathsOf()).toEqual(presentPaths('first', 'second'));
    expect(await world.recount()).toBe(0);
  });

  it('finds a redriven partial of former rules that was counted long after it', async () => {
    await world.countFormer('first');
    await world.recount();
    await world.countFormer('second');
    expect(await world.recount()).toBe(1);
    expect(await pathsOf()).toEqual(presentPaths('first', 'second'));
  });

  it.each([
    ['before the batches are listed', `list batches/cus-axon/`],
    ['before a batch is read', `get ${firstBatchKey}`],
    ['before the window is replaced', `put ${auditedKey}`],
  ])('starts again from the read if somebody writes the window %s', async (_when, moment) => {
    await world.countFormer('first');
    world.store.before.set(moment, () => world.countFormer('second'));
    expect(await world.recount()).toBe(1);
    expect(await pathsOf()).toEqual(presentPaths('first', 'second'));
    expect((await world.findings()).found).toEqual([]);
  });

  it('does not bring back a window that is removed meanwhile', async () => {
    await world.countFormer('first');
    world.store.before.set(`put ${auditedKey}`, async () => {
      await writeTombstone(customer(), world.now, world.store, world.now);
      await world.store.delete(firstBatchKey);
      await world.store.delete(auditedKey);
    });
    expect(await world.recount()).toBe(0);
    expect(await world.store.get(auditedKey)).toBeUndefined();
    expect(world.left).toEqual([]);
  });

  it('does not list windows whose batches are removed because their customer is forgotten', async () => {
    await world.countFormer('first');
    world.store.before.set('list batches/cus-axon/', async () => {
      await writeTombstone(customer(), world.now, world.store, world.now);
      await world.store.delete(firstBatchKey);
    });
    expect(await world.recount()).toBe(0);
    expect(world.left).toEqual([]);
  });
});

describe('an audit of a recounted window', () => {
  const wrongCounts = () =>
    world.edit(auditedKey, (text) => text.replace('"GET /first":1', '"GET /wrong":1'));

  it('finds a key that its rules do not give', async () => {
    await world.countFormer('first', 'second');
    await world.recount();
    await wrongCounts();
    const { found } = await world.findings();
    expect(found).toMatchObject([
      {
        kind: 'counts-differ',
        details: expect.arrayContaining(['requestsByPath "GET /first": is 0, should be 1']) as string[],
      },
    ]);
  });

  it('finds a number of requests that is wrong by any rules', async () => {
    await world.countFormer('first', 'second');
    await world.recount();
    await world.edit(auditedKey, (text) => text.replace('"GET /first":1', '"GET /first":3'));
    const { found } = await world.findings({ rules: formerRules });
    expect(found).toMatchObject([
      { kind: 'counts-differ', details: ['requestsByPath together: is 4, should be 2'] },
    ]);
  });

  it('finds what is missing', async () => {
    await world.countFormer('first');
    await world.recount();
    await world.storeFormer('second');
    const { found } = await world.findings();
    expect(found).toMatchObject([
      { kind: 'partials-missing', batches: [batchKey(customer(), batchIdOf('second'))] },
    ]);
  });
});

describe('a replacement', () => {
  it.each([
    ['another number of requests', { requests: 2 }],
    ['other ids', { partialIds: Buffer.alloc(16, 'x') }],
    ['the mark of other rules', { recounted: { rulesVersion: 'former-1', partials: 1 } }],
    ['a mark for some of its ids', { recounted: { rulesVersion: 'simple-1', partials: 0 } }],
    ['the start of another instant', { storedSince: instant('2025-12-28T18:00:00Z') }],
  ])('with %s is refused', async (_what, change) => {
    await world.countFormer('first');
    const etag = (await world.store.get(auditedKey))?.etag ?? expect.fail('there is no window');
    const window = await world.readWindow();
    const recounted = { rulesVersion: 'simple-1', partials: 1 };
    const body = encodeWindow({ ...window, revision: window.revision + 1, recounted, ...change });
    const replace = replaceWindows([{ key: auditedKey, etag, body }], 'simple-1', { store: world.store });
    await expect(replace).rejects.toThrow(RangeError);
    expect(await world.readWindow()).toEqual(window);
  });
});
