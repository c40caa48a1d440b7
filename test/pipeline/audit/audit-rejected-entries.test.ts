import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { decodeBatch, encodeBatch, type StoredBatch } from '../../../lib/domain/batch-format.ts';
import { batchKey } from '../../../lib/domain/keys.ts';
import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch, type Batch } from '../../../lib/pipeline/ingest/read-batch.ts';
import { batchIdOf, customer, sentEntry, sentJson, simpleRules } from '../../factories.ts';
import { withAdmission } from '../with-admission.ts';
import { AuditWorld } from './audit-world.ts';

const key = batchKey(customer(), batchIdOf('first'));
const world = new AuditWorld();
beforeEach(() => world.reset());

async function store(entries: readonly unknown[], change = (batch: Batch): Batch => batch): Promise<void> {
  const { store, clock } = world;
  const sent = { ...sentJson('first', entries as object[]), invalid: 'set-aside' } as const;
  const stream = createInMemoryEventStream({ clock });
  const ports = withAdmission({ store, streams: { insights: stream, late: stream }, clock });
  const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
  await ingest(change(await readBatch(sent, 100_000)), ports, options);
}

async function editHeader(fields: Partial<StoredBatch>): Promise<void> {
  const object = (await world.store.get(key)) ?? expect.fail('there is no batch');
  const { batch, gzippedBody } = decodeBatch(object.body);
  await world.store.put(key, encodeBatch({ ...batch, ...fields }, gzippedBody), { ifMatch: object.etag });
}

/** Stores a batch whose first entry alone was accepted, with these ranges in its header. */
async function storeRejecting(entries: readonly object[], rejectedRanges: string): Promise<void> {
  await store([sentEntry(), ...entries], (batch) => ({ ...batch, entries: batch.entries.slice(0, 1) }));
  await editHeader({ rejected: 1, rejectedRanges, details: [] });
}

async function found() {
  return (await world.findings({ isPending: () => true })).found;
}

describe('an audit of a batch with rejected entries', () => {
  it('leaves out what the header calls rejected, even where the current rules accept it', async () => {
    await storeRejecting([sentEntry({ path: '/accepted-today' }), {}], '1-2');
    expect(await found()).toEqual([]);
  });

  it('reports an entry that is neither rejected nor counted', async () => {
    await storeRejecting([sentEntry({ path: '/lacking' }), {}], '2');
    const details = expect.arrayContaining(['entries: is 1, should be 2']) as string[];
    expect(await found()).toMatchObject([{ kind: 'batch-disagrees', details }]);
  });

  it('reports an accepted entry that cannot be read, unless other rules were in use', async () => {
    await storeRejecting([{}, {}], '2');
    expect(await found()).toMatchObject([
      { kind: 'batch-disagrees', details: ['1 of its entries cannot be read'] },
    ]);
    await editHeader({ rulesVersion: 'simple-0' });
    expect(await found()).toEqual([]);
  });

  it('finds nothing wrong with rejected entries alone', async () => {
    await store([{}, 7]);
    expect(await found()).toEqual([]);
  });
});
