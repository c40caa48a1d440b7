import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { decodeBatch, encodeBatch } from '../../../lib/domain/batch-format.ts';
import type { CountingRules } from '../../../lib/domain/counting-rules.ts';
import { encodeRetention } from '../../../lib/domain/retention-format.ts';
import { batchKey, horizonKeys, minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodePartial, encodePartial } from '../../../lib/domain/partial.ts';
import type { WindowAggregate } from '../../../lib/domain/window-aggregate.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { audit } from '../../../lib/pipeline/audit/audit.ts';
import type { AuditReporter } from '../../../lib/pipeline/audit/audit-ports.ts';
import type { DifferingWindows } from '../../../lib/pipeline/audit/differing-windows.ts';
import type { Finding } from '../../../lib/pipeline/audit/findings.ts';
import { repair, type RepairOutcome } from '../../../lib/pipeline/audit/repair.ts';
import type { Spool } from '../../../lib/pipeline/audit/spool.ts';
import type { PutCondition } from '../../../lib/ports/object-store.ts';
import { writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  sentEntry,
  simpleRules,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { inMemorySpool, noneDiffering } from './in-memory-spool.ts';
import { ingestEntry } from '../ingest-entry.ts';
import { withAdmission } from '../with-admission.ts';
import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../../lib/pipeline/ingest/read-batch.ts';

const startedAt = instant('2025-12-28T18:10:00Z');
let now = startedAt;
const clock = { now: () => now };
const window = minuteKey(customer(), windowStart());
let store: HookedStore;

/** A store in which others act at a moment of the audit. */
class HookedStore extends InMemoryObjectStore {
  readonly before = new Map<string, () => Promise<unknown>>();

  override async *list(...args: Parameters<InMemoryObjectStore['list']>): AsyncGenerator<ObjectKey> {
    await this.#happen(`list ${args[0]}`);
    yield* super.list(...args);
  }

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    await this.#happen(`put ${args[0]}`);
    return super.put(...args);
  }

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    await this.#happen(`get ${args[0]}`);
    return super.get(...args);
  }

  async #happen(moment: string): Promise<void> {
    const hook = this.before.get(moment);
    this.before.delete(moment);
    await hook?.();
  }
}

beforeEach(() => {
  store = new HookedStore();
  now = startedAt;
});

/** Stores a batch, and returns a function that counts it. */
async function storeBatch(key: string, rules: CountingRules = simpleRules): Promise<() => Promise<void>> {
  const stream = createInMemoryEventStream({ clock });
  await ingestEntry(key, { store, stream, clock }, { rules });
  const records = stream.drain().map(({ data }) => receivedRecord(key, data));
  return async () => void (await aggregate(records, { store, clock }, limits));
}

async function storeAndCount(key: string, rules?: CountingRules): Promise<void> {
  const count = await storeBatch(key, rules);
  await count();
}

async function edit(key: ObjectKey, change: (text: string) => string): Promise<void> {
  const object = (await store.get(key)) ?? expect.fail('there is no such object');
  await store.put(key, Buffer.from(change(object.body.toString('latin1')), 'latin1'), {
    ifMatch: object.etag,
  });
}

async function readWindow(): Promise<WindowAggregate> {
  const object = (await store.get(window)) ?? expect.fail('there is no window');
  return decodeWindow(object.body);
}

const never = (_storedAt: Date): boolean => false;

const always = (_storedSince: Date | undefined) => true;

async function findings({ isPending = never, spool = inMemorySpool(), canHaveExpired = always } = {}) {
  const found: Finding[] = [];
  const reporter: AuditReporter = {
    found: (finding) => found.push(finding),
    begin: () => {},
    done: () => {},
  };
  const options = { customerId: undefined, rules: simpleRules, isPending, canHaveExpired };
  const differing = noneDiffering().minute;
  const audited = await audit({ store, spool, differing }, options, reporter);
  return { found, differing, ...audited };
}

describe('an audit beside a running pipeline', () => {
  it('does not take a batch for gone that was stored and counted after its window was read', async () => {
    await storeAndCount('first');
    store.before.set('list batches/', () => storeAndCount('second'));
    expect(await findings()).toMatchObject({ found: [], batches: 2 });
  });

  it('does not miss what was counted after its window was read', async () => {
    await storeAndCount('first');
    const count = await storeBatch('second');
    store.before.set('list batches/', count);
    expect((await findings()).found).toEqual([]);
  });

  it('does not miss what is counted in a window that was not there', async () => {
    const count = await storeBatch('first');
    store.before.set('list batches/', count);
    expect((await findings()).found).toEqual([]);
  });

  it('passes over a batch that expires meanwhile', async () => {
    await storeAndCount('first');
    const key = batchKey(customer(), batchIdOf('second'));
    await storeBatch('second');
    store.before.set(`get ${key}`, () => store.delete(key));
    expect(await findings()).toMatchObject({ found: [], batches: 2 });
  });
});

describe('an audit of batches', () => {
  const key = batchKey(customer(), batchIdOf('first'));

  async function editBatch(edit: (batch: ReturnType<typeof decodeBatch>) => Buffer): Promise<void> {
    const object = await store.get(key);
    if (object === undefined) throw new Error('There is no batch.');
    await store.put(key, edit(decodeBatch(object.body)), { ifMatch: object.etag });
  }

  const withPath = (data: Buffer, path: string): Buffer => {
    const partial = decodePartial(data);
    return encodePartial({ ...partial, counts: { ...partial.counts, requestsByPath: new Map([[path, 1]]) } });
  };

  async function changePath(rulesVersion?: string): Promise<void> {
    await storeBatch('first');
    await editBatch(({ batch, gzippedBody }) => {
      const partials = batch.partials.map((partial) => ({
        ...partial,
        data: withPath(partial.data, 'GET /x'),
      }));
      return encodeBatch(
        { ...batch, rulesVersion: rulesVersion ?? batch.rulesVersion, partials },
        gzippedBody,
      );
    });
  }

  it('reports entries that differ from the header', async () => {
    await changePath();
    expect((await findings({ isPending: () => true })).found).toEqual([
      {
        kind: 'batch-disagrees',
        key,
        details: [
          '2025-12-28T18:03:00Z requestsByPath "GET /x": is 1, should be 0',
          '2025-12-28T18:03:00Z requestsByPath "GET /first": is 0, should be 1',
        ],
      },
    ]);
  });

  it('compares the requests alone where other rules were in use', async () => {
    await changePath('simple-0');
    expect((await findings({ isPending: () => true })).found).toEqual([]);
  });

  describe('with rejected entries', () => {
    /** Stores a batch whose first entry alone was accepted, with these ranges in its header. */
    async function storeRejecting(entries: readonly object[], rejectedRanges: string) {
      const body = Buffer.from(JSON.stringify([sentEntry({ path: '/first' }), ...entries]));
      const sent = {
        customerId: customer(),
        id: batchIdOf('first'),
        mediaType: 'application/json',
        contentEncoding: '',
        body,
      } as const;
      const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
      const batch = await readBatch({ ...sent, invalid: 'set-aside' }, 100_000);
      const first = batch.entries.slice(0, 1);
      const stream = createInMemoryEventStream({ clock });
      const ports = withAdmission({ store, streams: { insights: stream, late: stream }, clock });
      await ingest({ ...batch, entries: first }, ports, options);
      const rejections = { rejected: 1, rejectedRanges, details: [] };
      await editBatch((stored) => encodeBatch({ ...stored.batch, ...rejections }, stored.gzippedBody));
    }

    it('leaves out what the header calls rejected, even where the present rules accept it', async () => {
      await storeRejecting([sentEntry({ path: '/accepted-today' }), {}], '1-2');
      expect((await findings({ isPending: () => true })).found).toEqual([]);
    });

    it('reports an entry that is neither rejected nor counted', async () => {
      await storeRejecting([sentEntry({ path: '/lacking' }), {}], '2');
      expect((await findings({ isPending: () => true })).found).toMatchObject([
        {
          kind: 'batch-disagrees',
          details: expect.arrayContaining(['entries: is 1, should be 2']) as string[],
        },
      ]);
    });

    it('reports an accepted entry that cannot be read, unless other rules were in use', async () => {
      await storeRejecting([{}, {}], '2');
      expect((await findings({ isPending: () => true })).found).toMatchObject([
        { kind: 'batch-disagrees', details: ['1 of its entries cannot be read'] },
      ]);
      await editBatch(({ batch, gzippedBody }) =>
        encodeBatch({ ...batch, rulesVersion: 'simple-0' }, gzippedBody),
      );
      expect((await findings({ isPending: () => true })).found).toEqual([]);
    });

    it('finds nothing wrong with rejected entries alone', async () => {
      const body = Buffer.from('[{},7]');
      const sent = {
        customerId: customer(),
        id: batchIdOf('first'),
        mediaType: 'application/json',
        contentEncoding: '',
        body,
      } as const;
      const stream = createInMemoryEventStream({ clock });
      const ports = withAdmission({ store, streams: { insights: stream, late: stream }, clock });
      const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
      await ingest(await readBatch({ ...sent, invalid: 'set-aside' }, 100_000), ports, options);
      expect((await findings({})).found).toEqual([]);
    });
  });

  it('takes a batch that is at the place of another one for damage', async () => {
    await storeBatch('first');
    const object = await store.get(key);
    await store.put(batchKey(customer(), batchIdOf('copy')), object?.body ?? Buffer.alloc(0), {
      ifNoneMatch: '*',
    });
    expect((await findings({ isPending: () => true })).found).toMatchObject([
      { kind: 'batch-unreadable', reason: 'A batch is at the place of another one.' },
    ]);
  });
});

describe('an audit of a window whose raw batches are partly gone', () => {
  const notAuditable = { kind: 'not-auditable', key: window, partials: 1 };

  it('reports a stored batch that is not in it, and takes its counts as they are', async () => {
    await storeAndCount('expired');
    await store.delete(batchKey(customer(), batchIdOf('expired')));
    expect(await findings()).toMatchObject({ found: [notAuditable], notAuditable: 1 });
    await storeBatch('lost');
    const { found } = await findings();
    const missing = {
      kind: 'partials-missing',
      partials: 1,
      batches: [batchKey(customer(), batchIdOf('lost'))],
    };
    expect(found).toMatchObject([notAuditable, missing]);
  });

  it('reports it also where the other batch is damaged', async () => {
    await storeAndCount('damaged');
    const key = batchKey(customer(), batchIdOf('damaged'));
    await store.delete(key);
    await store.put(key, Buffer.from('{'), { ifNoneMatch: '*' });
    await storeBatch('lost');
    const { found } = await findings();
    expect(found.map(({ kind }) => kind)).toEqual(['batch-unreadable', 'not-auditable', 'partials-missing']);
  });
});

const keptForever = () => false;

/** Puts a partial on the stream that belongs to no batch. */
async function forge(): Promise<void> {
  const partial = windowPartial({ id: 'forged', counts: { requestsByPath: { 'GET /forged': 500_000 } } });
  await aggregate([receivedRecord('forged', { ...partial, storedAt: now })], { store, clock }, limits);
}

describe('an audit of a window with a partial that belongs to no stored batch', () => {
  const foreign = { kind: 'partials-foreign', key: window, customerId: customer(), partials: 1 };

  it('reports a difference where no raw batch can have expired', async () => {
    await storeAndCount('first');
    await forge();
    expect(await findings({ canHaveExpired: keptForever })).toMatchObject({
      found: [foreign],
      notAuditable: 0,
    });
  });

  it('uses the time when the oldest of its batches was stored, where raw batches expire', async () => {
    await storeAndCount('first');
    await forge();
    const kept = (since: string) => (storedSince: Date | undefined) =>
      storedSince === undefined || storedSince < instant(since);
    expect((await findings({ canHaveExpired: kept('2025-12-28T18:10:00Z') })).found).toMatchObject([foreign]);
    const { found } = await findings({ canHaveExpired: kept('2025-12-28T18:10:01Z') });
    expect(found).toMatchObject([{ kind: 'not-auditable' }]);
  });

  it('uses what the pipeline itself has deleted', async () => {
    await storeAndCount('first');
    await forge();
    const deletedUntil = async (horizon: string, condition: PutCondition) => {
      const current = { horizon: windowStart(horizon), at: now };
      const state = { current, settled: undefined, announced: undefined };
      return store.put(horizonKeys.raw, encodeRetention(state), condition);
    };
    const { etag } = await deletedUntil('2025-12-27T00:00:00Z', { ifNoneMatch: '*' });
    expect((await findings({ canHaveExpired: keptForever })).found).toMatchObject([foreign]);
    await deletedUntil('2025-12-28T00:00:00Z', { ifMatch: etag });
    expect((await findings({ canHaveExpired: keptForever })).found).toMatchObject([
      { kind: 'not-auditable' },
    ]);
  });

  it('does not call it foreign where a batch of the customer cannot be read', async () => {
    await storeAndCount('first');
    await edit(batchKey(customer(), batchIdOf('first')), () => '{');
    const { found } = await findings({ canHaveExpired: keptForever });
    expect(found.map(({ kind }) => kind)).toEqual(['batch-unreadable', 'not-auditable']);
  });
});

describe('an audit beside the forgetting of a customer', () => {
  const begin = () => writeTombstone(customer(), undefined, store, now);

  it('reports nothing of what is forgotten and not removed yet', async () => {
    await storeAndCount('counted');
    await storeBatch('lost');
    await store.delete(batchKey(customer(), batchIdOf('counted')));
    await begin();
    expect((await findings({ canHaveExpired: keptForever })).found).toEqual([]);
  });

  it('reports nothing where it begins while the batches are listed', async () => {
    await storeAndCount('first');
    store.before.set('list batches/', async () => {
      await begin();
      await store.delete(batchKey(customer(), batchIdOf('first')));
    });
    expect((await findings({ canHaveExpired: keptForever })).found).toEqual([]);
  });

  it('misses what was sent later', async () => {
    await storeAndCount('first');
    await begin();
    await storeBatch('later');
    const { found } = await findings({ canHaveExpired: keptForever });
    expect(found).toMatchObject([
      { kind: 'partials-missing', batches: [batchKey(customer(), batchIdOf('later'))] },
    ]);
  });
});

describe('a repair', () => {
  async function repairAll(
    spool: Spool,
    differing: DifferingWindows,
    isPending = never,
    isRemovingForeign = false,
  ): Promise<RepairOutcome[]> {
    const outcomes: RepairOutcome[] = [];
    const options = { limits, isPending, isRemovingForeign };
    await repair(differing, { store, spool, clock }, options, (outcome) => outcomes.push(outcome));
    return outcomes;
  }

  it('adds what is missing to a window whose other batches are gone, and leaves the rest as it is', async () => {
    await storeAndCount('expired');
    await store.delete(batchKey(customer(), batchIdOf('expired')));
    await edit(window, (text) => text.replace('"requests":1', '"requests":70'));
    const before = await readWindow();
    await storeBatch('lost');
    const spool = inMemorySpool();
    const { differing } = await findings({ spool });
    expect(await repairAll(spool, differing)).toEqual([{ key: window, kind: 'mended', requests: 71 }]);
    const after = await readWindow();
    expect(after).toMatchObject({ requests: 71, batches: 2, revision: 2 });
    expect(after.counts.requestsByPath).toEqual(new Map([...before.counts.requestsByPath, ['GET /lost', 1]]));
    expect(after.partialIds.subarray(0, before.partialIds.length)).toEqual(before.partialIds);
    expect((await findings()).found).toMatchObject([{ kind: 'not-auditable', partials: 1 }]);
  });

  it('leaves young batches to the pipeline, also where it counts a window anew', async () => {
    await storeAndCount('first');
    await edit(window, (text) => text.replace('"requests":1', '"requests":70'));
    await storeBatch('old');
    now = instant('2025-12-28T18:20:00Z');
    await storeBatch('young');
    const isPending = (storedAt: Date) => storedAt >= now;
    const spool = inMemorySpool();
    const { differing, pending } = await findings({ spool, isPending });
    expect(pending).toBe(1);
    expect(await repairAll(spool, differing, isPending)).toEqual([
      { key: window, kind: 'mended', requests: 2 },
    ]);
    expect(await readWindow()).toMatchObject({ requests: 2, batches: 2 });
    expect(await findings({ isPending })).toMatchObject({ found: [], pending: 1 });
  });

  it('writes nothing over what was written since the windows were read', async () => {
    await storeAndCount('first');
    await storeBatch('second');
    const spool = inMemorySpool();
    const { differing } = await findings({ spool });
    await storeAndCount('third');
    expect(await repairAll(spool, differing)).toMatchObject([{ key: window, kind: 'not-mended' }]);
    expect(await readWindow()).toMatchObject({ requests: 2, revision: 2 });
  });

  it.each([
    ['leaves what is foreign', false, [], 500_001],
    [
      'removes what is foreign where that is requested',
      true,
      [{ key: window, kind: 'mended', requests: 1 }],
      1,
    ],
  ])('%s', async (_, isRemovingForeign, outcomes, requests) => {
    await storeAndCount('first');
    await forge();
    const spool = inMemorySpool();
    const { differing } = await findings({ spool, canHaveExpired: keptForever });
    expect(await repairAll(spool, differing, never, isRemovingForeign)).toEqual(outcomes);
    expect(await readWindow()).toMatchObject({ requests });
    expect((await findings({ canHaveExpired: keptForever })).found).toHaveLength(isRemovingForeign ? 0 : 1);
  });

  it('adds what is missing beside what is foreign, and leaves that', async () => {
    await forge();
    await storeBatch('lost');
    const spool = inMemorySpool();
    const { differing } = await findings({ spool, canHaveExpired: keptForever });
    expect(await repairAll(spool, differing)).toEqual([{ key: window, kind: 'mended', requests: 500_001 }]);
  });

  it('removes a window that has nothing but what is foreign', async () => {
    await forge();
    const spool = inMemorySpool();
    const { differing } = await findings({ spool, canHaveExpired: keptForever });
    expect(await repairAll(spool, differing, never, true)).toEqual([{ key: window, kind: 'removed' }]);
    expect(await store.get(window)).toBeUndefined();
  });

  it('does not bring a customer back that is forgotten meanwhile', async () => {
    await storeBatch('lost');
    const spool = inMemorySpool();
    const { differing } = await findings({ spool });
    const forget = () => writeTombstone(customer(), undefined, store, now);
    store.before.set(`put ${window}`, forget);
    expect(await repairAll(spool, differing)).toMatchObject([{ kind: 'not-mended' }]);
    expect(await store.get(window)).toBeUndefined();
    expect(await repairAll(spool, differing)).toMatchObject([{ kind: 'not-mended' }]);
    expect(await store.get(window)).toBeUndefined();
  });

  it('adds hundreds of partials to a window in one revision', async () => {
    await storeAndCount('first');
    for (let batch = 0; batch < 600; batch++) await storeBatch(`batch-${batch}`);
    const spool = inMemorySpool();
    const { differing } = await findings({ spool });
    expect(await repairAll(spool, differing)).toEqual([{ key: window, kind: 'mended', requests: 601 }]);
    expect(await readWindow()).toMatchObject({ requests: 601, batches: 601, revision: 2 });
    expect((await findings()).found).toEqual([]);
  });
});
