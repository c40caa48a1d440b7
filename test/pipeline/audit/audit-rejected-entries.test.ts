import { beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { encodeBatch } from '../../../lib/domain/batch-format.ts';
import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch, type Batch } from '../../../lib/pipeline/ingest/read-batch.ts';
import { batchIdOf, customer, sentEntry, simpleRules } from '../../factories.ts';
import { withAdmission } from '../with-admission.ts';
import { AuditWorld } from './audit-world.ts';

const world = new AuditWorld();
beforeEach(() => world.reset());

function read(entries: readonly unknown[]): Promise<Batch> {
  const sent = {
    customerId: customer(),
    id: batchIdOf('first'),
    mediaType: 'application/json',
    contentEncoding: '',
    body: Buffer.from(JSON.stringify(entries)),
    invalid: 'set-aside',
  } as const;
  return readBatch(sent, 100_000);
}

async function store(batch: Batch): Promise<void> {
  const { clock } = world;
  const stream = createInMemoryEventStream({ clock });
  const ports = withAdmission({ store: world.store, streams: { insights: stream, late: stream }, clock });
  await ingest(batch, ports, { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 });
}

/** Stores a batch of which only the first entry was accepted, with these ranges in its header. */
async function storeRejecting(entries: readonly object[], rejectedRanges: string): Promise<void> {
  const batch = await read([sentEntry({ path: '/first' }), ...entries]);
  await store({ ...batch, entries: batch.entries.slice(0, 1) });
  const rejections = { rejected: 1, rejectedRanges, details: [] };
  await world.editBatch((stored) => encodeBatch({ ...stored.batch, ...rejections }, stored.gzippedBody));
}

const found = async () => (await world.findings({ isPending: () => true })).found;

describe('an audit of a batch with rejected entries', () => {
  it('leaves out what the header calls rejected, even if the present rules accept it', async () => {
    await storeRejecting([sentEntry({ path: '/accepted-today' }), {}], '1-2');
    expect(await found()).toEqual([]);
  });

  it('reports an entry that is neither rejected nor counted', async () => {
    await storeRejecting([sentEntry({ path: '/lacking' }), {}], '2');
    expect(await found()).toMatchObject([
      {
        kind: 'batch-disagrees',
        details: expect.arrayContaining(['entries: is 1, should be 2']) as string[],
      },
    ]);
  });

  it('reports an accepted entry that cannot be read, unless other rules were in use', async () => {
    await storeRejecting([{}, {}], '2');
    expect(await found()).toMatchObject([
      { kind: 'batch-disagrees', details: ['1 of its entries cannot be read'] },
    ]);
    await world.editBatch(({ batch, gzippedBody }) =>
      encodeBatch({ ...batch, rulesVersion: 'simple-0' }, gzippedBody),
    );
    expect(await found()).toEqual([]);
  });

  it('finds nothing wrong with rejected entries alone', async () => {
    await store(await read([{}, 7]));
    expect((await world.findings({})).found).toEqual([]);
  });
});
