import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { horizonKeys } from '../../lib/domain/keys.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { recomputeWindow } from '../../lib/pipeline/roll-up/recompute-window.ts';
import { createRetention } from '../../lib/pipeline/expire/retention.ts';
import { RetainedApp } from './retained-app.ts';

const days = { RETENTION_DAYS: '30' };
const old = '2025-11-20T10:00:07Z';
const kept = '2025-12-20T10:00:07Z';
const all = { from: '2025-11-01T00:00:00Z', to: '2026-01-01T00:00:00Z' };
const oldMinute = 'aggregates/minute/cus-axon/2025/11/20/10/00.json';

let retained: RetainedApp;

async function sendAndCount(key: string, ...instants: readonly string[]): Promise<void> {
  expect(await retained.send(key, ...instants)).toMatchObject({ status: 202 });
  await retained.count();
  await retained.rollUp();
}

beforeEach(async () => {
  retained = new RetainedApp(days, '2025-12-28T18:04:00Z');
  await sendAndCount('both', old, '2025-11-20T10:01:07Z', kept);
  await sendAndCount('old', old);
});

describe('the horizon', () => {
  it('is announced in the log a day before it is set, and nothing is deleted or hidden until then', async () => {
    await retained.expire();
    expect(retained.logLines.at(-1)).toContain('are going to be deleted for good');
    expect(retained.logLines.at(-1)).toContain('"horizon":"2025-11-28T00:00:00Z"');
    expect(retained.logLines.at(-1)).toContain('"deletedFrom":"2025-12-29T18:04:00.000Z"');
    retained.pass(86_399);
    await retained.expire();
    expect(await retained.get('/aggregates/total', all)).toMatchObject({ from: all.from, requests: 4 });
    expect(await retained.send('late', old)).toMatchObject({ status: 202 });
    expect(retained.logLines.filter((line) => line.includes('deleted for good'))).toHaveLength(1);
  });

  it('hides what is behind it within a minute, and deletes it a quarter of an hour later', async () => {
    await retained.expire();
    retained.pass(86_400);
    await retained.expire();
    retained.pass(60);
    expect(await retained.get('/aggregates/total', all)).toMatchObject({
      from: '2025-11-29T00:00:00Z',
      requests: 1,
    });
    const visible = { from: '2025-11-29T00:00:00Z' };
    expect(await retained.get('/aggregates/paths', all)).toMatchObject({
      ...visible,
      paths: [{ requests: 1 }],
    });
    const ofPath = await retained.get('/aggregates', { ...all, window: 'day', path: '/' });
    expect(ofPath).toMatchObject({ ...visible, windows: [{ requests: 1 }] });
    retained.pass(899 - 60);
    await retained.expire();
    expect(await retained.keys('aggregates/minute/')).toHaveLength(3);
    retained.pass(1);
    await retained.expire();
    expect(await retained.keys('aggregates/')).toEqual([
      'aggregates/day/cus-axon/2025/12/20.json',
      'aggregates/hour/cus-axon/2025/12/20/10.json',
      'aggregates/minute/cus-axon/2025/12/20/10/00.json',
    ]);
    expect(await retained.app.metrics.read(retained.now)).toMatchObject({
      text: expect.stringMatching(/windows_expired_total\{window="minute"\} 2\n/) as unknown,
    });
  });

  it('stays where it is when the days are raised, and when retention is switched off', async () => {
    await retained.expireAll();
    for (const environment of [{ RETENTION_DAYS: '300' }, {}]) {
      retained.restart(environment);
      retained.pass(86_400);
      await retained.expire();
      expect(await retained.send('late', old)).toMatchObject({ status: 400 });
      expect(await retained.get('/aggregates', { ...all, window: 'day' })).toMatchObject({
        from: '2025-11-29T00:00:00Z',
        windows: [{ windowStart: '2025-12-20T00:00:00Z' }],
      });
    }
  });

  it('stops everything, and makes no failed record, where a newer version of the program wrote it', async () => {
    await retained.expireAll();
    const stored = await retained.store.get(horizonKeys.windows);
    const newer = Buffer.from(
      stored?.body.toString().replace('"formatVersion":1', '"formatVersion":2') ?? '',
    );
    await retained.send('recent', '2025-12-29T10:00:00Z');
    await retained.store.put(horizonKeys.windows, newer, { ifMatch: stored?.etag ?? '' });
    retained.pass(60);
    await expect(retained.count()).rejects.toThrow('Not everything could be counted.');
    expect(await retained.keys('failed/')).toEqual([]);
    expect(await retained.send('x', kept)).toMatchObject({ status: 503, body: { errorCode: 'API_1002' } });
    await expect(retained.expire()).rejects.toThrow('format version 2');
  });
});

describe('behind the horizon', () => {
  it('new entries are refused as too old, by their place and field', async () => {
    await retained.expireAll();
    const { status, body } = await retained.send(
      'late',
      kept,
      old,
      '2025-11-28T23:59:59.999Z',
      '2025-11-29T00:00:00Z',
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errorCode: 'ING_1000',
      errorDescription: expect.stringContaining('2 of 4 entries are too old') as unknown,
      details: [
        { index: 1, field: 'receivedAt', reason: expect.stringContaining('too old') as unknown },
        { index: 2, field: 'receivedAt' },
      ],
    });
    expect(await retained.keys('batches/cus-axon/k-late')).toEqual([]);
    // A refused request does not use its key up.
    expect(await retained.send('late', kept)).toMatchObject({ status: 202 });
  });

  it('a batch that was accepted is done: its retry is a duplicate, it is counted, and it brings nothing back', async () => {
    await retained.expireAll();
    expect(await retained.send('both', old, '2025-11-20T10:01:07Z', kept)).toMatchObject({
      status: 409,
      body: { errorCode: 'ING_1001' },
    });
    expect(await retained.isCounted('both')).toBe(true);
    expect(await retained.isCounted('old')).toBe(true);
    expect(await retained.verify('old')).toEqual({ batchItemFailures: [] });
    await retained.count(); // the partials that the duplicate has emitted
    expect(await retained.verify('both')).toEqual({ batchItemFailures: [] });
    expect(await retained.waiting).toBe(0);
    await retained.rollUp([oldMinute]);
    expect(await retained.keys('aggregates/minute/cus-axon/2025/11')).toEqual([]);
    expect(await retained.keys('aggregates/hour/cus-axon/2025/11')).toEqual([]);
    expect((await retained.auditAndRepair()).findings).toEqual([]);
  });

  it('a batch that was accepted just before, and lost, is as done as one that was counted', async () => {
    await retained.send('lost', old, kept);
    retained.lose();
    await retained.expireAll();
    expect(await retained.isCounted('lost')).toBe(false); // its other window does not have it yet
    expect(await retained.verify('lost')).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    await retained.count();
    expect(await retained.isCounted('lost')).toBe(true);
    expect(await retained.verify('lost')).toEqual({ batchItemFailures: [] });
    await retained.rollUp();
    expect(await retained.get('/aggregates/total', all)).toMatchObject({ requests: 2 });
    expect((await retained.auditAndRepair()).findings).toEqual([]);
  });

  it('partials that waited are dropped, and counted by a metric', async () => {
    await retained.send('waits', old, kept);
    await retained.expireAll();
    await retained.count();
    expect(await retained.keys(oldMinute)).toEqual([]);
    const { text } = await retained.app.metrics.read(retained.now);
    expect(text).toMatch(/partials_expired_total\{stream="\w+"\} 1\n/);
    expect(await retained.keys('failed/')).toEqual([]);
  });

  it('repair makes nothing anew, also where nothing was deleted yet', async () => {
    await retained.send('lost', old, kept);
    retained.lose();
    await retained.expire();
    retained.pass(86_400);
    await retained.expire();
    expect(await retained.keys(oldMinute)).toHaveLength(1);
    const { findings, repaired } = await retained.auditAndRepair();
    expect(findings).toMatchObject([{ kind: 'partials-missing', windowStart: '2025-12-20T10:00:00Z' }]);
    expect(repaired.map(({ key, kind }) => [key.slice(0, 33), kind])).toEqual([
      ['aggregates/minute/cus-axon/2025/1', 'repaired'],
      ['aggregates/hour/cus-axon/2025/12/', 'repaired'],
      ['aggregates/day/cus-axon/2025/12/2', 'repaired'],
    ]);
    retained.pass(900);
    await retained.expire();
    expect((await retained.auditAndRepair()).findings).toEqual([]);
  });

  it('a page is continued though the horizon has moved since', async () => {
    const first = await retained.get('/aggregates', { ...all, limit: '1' });
    expect(first.windows).toMatchObject([{ windowStart: '2025-11-20T10:00:00Z' }]);
    await retained.expireAll();
    const { nextToken = '' } = first;
    expect(await retained.get('/aggregates', { ...all, limit: '1', nextToken })).toMatchObject({
      windows: [{ windowStart: '2025-12-20T10:00:00Z', requests: 1 }],
    });
  });

  it('a range that is behind it altogether is empty', async () => {
    await retained.expireAll();
    const range = { from: '2025-11-01T00:00:00Z', to: '2025-11-21T00:00:00Z' };
    expect(await retained.get('/aggregates', range)).toMatchObject({ from: range.to, windows: [] });
    expect(await retained.get('/aggregates/total', range)).toMatchObject({ from: range.to, requests: 0 });
  });
});

describe('whoever knows of the horizon too late', () => {
  it('can make no hour that stays: minutes go first, and what a roll-up makes of the rest goes after them', async () => {
    const store = new InMemoryObjectStore();
    let isFirst = true;
    retained = new RetainedApp({ ...days, WINDOWS_AT_ONCE: '1' }, '2025-12-28T18:04:00Z', {
      get: (...args) => store.get(...args),
      put: (...args) => store.put(...args),
      list: (...args) => store.list(...args),
      async delete(key) {
        await store.delete(key);
        if (!isFirst) return;
        isFirst = false;
        // A roll-up that read the horizon long ago wakes up and reads the rest of the hour.
        const stale = {
          store,
          clock: retained.clock,
          retention: createRetention(new InMemoryObjectStore(), retained.clock),
        };
        const hour = 'aggregates/hour/cus-axon/2025/11/20/10.json' as ObjectKey;
        const limits = { maxKeysPerDimension: 10, maxKeyTextBytes: 1_000 };
        expect(await recomputeWindow(hour, 'hour', stale, limits)).toMatchObject({ kind: 'updated' });
      },
    });
    await sendAndCount('both', old, '2025-11-20T10:01:07Z', kept);
    await retained.expireAll();
    expect(isFirst).toBe(false);
    expect(await retained.keys('aggregates/hour/')).toEqual(['aggregates/hour/cus-axon/2025/12/20/10.json']);
  });

  it('reads the horizon anew after a minute, and at once after its clock was set back', async () => {
    const retention = createRetention(retained.store, retained.clock);
    expect(await retention.horizon()).toBe('1970-01-01T00:00:00Z');
    await retained.expire();
    retained.pass(86_400);
    await retained.expire();
    retained.pass(-10);
    expect(await createRetention(retained.store, retained.clock).horizon()).toBe('2025-11-29T00:00:00Z');
    retained.pass(10);
    expect(await retention.horizon()).toBe('2025-11-29T00:00:00Z');
  });
});
