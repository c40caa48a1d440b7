import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { decodeBatch, encodeBatch } from '../../../lib/domain/batch-format.ts';
import type { CountingRules } from '../../../lib/domain/counting-rules.ts';
import { batchKey, minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodePartial, encodePartial } from '../../../lib/domain/partial.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { aggregate } from '../../../lib/pipeline/aggregate.ts';
import { audit, type AuditReporter } from '../../../lib/pipeline/audit/audit.ts';
import type { Finding } from '../../../lib/pipeline/audit/findings.ts';
import { repair, type RepairOutcome } from '../../../lib/pipeline/audit/repair.ts';
import type { Spool } from '../../../lib/pipeline/audit/spool.ts';
import { ingest } from '../../../lib/pipeline/ingest.ts';
import { readBatch } from '../../../lib/pipeline/read-batch.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  sentEntry,
  simpleRules,
  windowStart,
} from '../../factories.ts';

const limits = { maxKeysPerDimension: 10_000, maxKeyTextBytes: 1_048_576 };
const clock = { now: () => instant('2025-12-28T18:10:00Z') };
const window = minuteKey(customer(), windowStart());
let store: HookedStore;

/** Lets somebody else do something at a moment of the audit. */
class HookedStore extends InMemoryObjectStore {
  readonly before = new Map<string, () => Promise<void>>();

  override async *list(...args: Parameters<InMemoryObjectStore['list']>): AsyncGenerator<ObjectKey> {
    await this.#happen(`list ${args[0]}`);
    yield* super.list(...args);
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
});

function inMemorySpool(): Spool {
  const lines: string[] = [];
  return {
    add: (line) => void lines.push(line),
    get lines() {
      return lines.length;
    },
    sorted: () => [...lines].sort(),
  };
}

/** Stores a batch, and returns what counts it. */
async function storeBatch(key: string, rules: CountingRules = simpleRules): Promise<() => Promise<void>> {
  const stream = createInMemoryEventStream({ clock });
  const sent = {
    customerId: customer(),
    id: batchIdOf(key),
    mediaType: 'application/json',
    contentEncoding: '',
    body: Buffer.from(JSON.stringify([sentEntry({ path: `/${key}` })])),
  } as const;
  const streams = { insights: stream, late: stream };
  const options = { rules, allowedLatenessSeconds: 600, maxBacklogRecords: 1_000 };
  await ingest(await readBatch(sent, 100_000), { store, streams, clock }, options);
  const records = stream.drain().map(({ data }) => receivedRecord(key, data));
  return async () => void (await aggregate(records, { store, clock }, limits));
}

async function storeAndCount(key: string, rules?: CountingRules): Promise<void> {
  const count = await storeBatch(key, rules);
  await count();
}

async function findings({ isPending = false, spool = inMemorySpool() } = {}) {
  const found: Finding[] = [];
  const reporter: AuditReporter = {
    found: (finding) => found.push(finding),
    begin: () => {},
    done: () => {},
  };
  const options = { customerId: undefined, rules: simpleRules, isPending: () => isPending };
  const audited = await audit({ store, spool }, options, reporter);
  return { found, ...audited };
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

  it('tells where the entries say something else than the header', async () => {
    await changePath();
    expect((await findings({ isPending: true })).found).toEqual([
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
    expect((await findings({ isPending: true })).found).toEqual([]);
  });

  it('takes a batch that is at the place of another one for damage', async () => {
    await storeBatch('first');
    const object = await store.get(key);
    await store.put(batchKey(customer(), batchIdOf('copy')), object?.body ?? Buffer.alloc(0), {
      ifNoneMatch: '*',
    });
    expect((await findings({ isPending: true })).found).toMatchObject([
      { kind: 'batch-unreadable', reason: 'A batch is at the place of another one.' },
    ]);
  });
});

describe('a repair', () => {
  async function repairAll(spool: Spool, remedies: Parameters<typeof repair>[0]): Promise<RepairOutcome[]> {
    const outcomes: RepairOutcome[] = [];
    const options = { limits, isPending: () => false };
    await repair(remedies, { store, spool, clock }, options, (outcome) => outcomes.push(outcome));
    return outcomes;
  }

  it('writes nothing over what was written since the windows were read', async () => {
    await storeAndCount('first');
    await storeBatch('second');
    const spool = inMemorySpool();
    const { remedies } = await findings({ spool });
    await storeAndCount('third');
    expect(await repairAll(spool, remedies)).toMatchObject([{ key: window, kind: 'not-mended' }]);
    const object = await store.get(window);
    expect(object && decodeWindow(object.body)).toMatchObject({ requests: 2, revision: 2 });
  });

  it('adds hundreds of partials to a window in one revision', async () => {
    await storeAndCount('first');
    for (let batch = 0; batch < 600; batch++) await storeBatch(`batch-${batch}`);
    const spool = inMemorySpool();
    const { remedies } = await findings({ spool });
    expect(await repairAll(spool, remedies)).toEqual([{ key: window, kind: 'mended', requests: 601 }]);
    const object = await store.get(window);
    expect(object && decodeWindow(object.body)).toMatchObject({ requests: 601, batches: 601, revision: 2 });
    expect((await findings()).found).toEqual([]);
  });
});
