import { beforeEach, describe, expect, it } from 'vitest';
import { encodeBatch } from '../../../lib/domain/batch-format.ts';
import { batchKey } from '../../../lib/domain/keys.ts';
import { decodePartial, encodePartial } from '../../../lib/domain/partial.ts';
import { batchIdOf, customer } from '../../factories.ts';
import { AuditWorld, firstBatchKey } from './audit-world.ts';

const world = new AuditWorld();
beforeEach(() => world.reset());

describe('an audit of batches', () => {
  const key = firstBatchKey;

  const withPath = (data: Buffer, path: string): Buffer => {
    const partial = decodePartial(data);
    return encodePartial({ ...partial, counts: { ...partial.counts, requestsByPath: new Map([[path, 1]]) } });
  };

  async function changePath(rulesVersion?: string): Promise<void> {
    await world.storeBatch('first');
    await world.editBatch(({ batch, gzippedBody }) => {
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
    expect((await world.findings({ isPending: () => true })).found).toEqual([
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
    expect((await world.findings({ isPending: () => true })).found).toEqual([]);
  });

  it('takes a batch that is at the place of another one for damage', async () => {
    await world.storeBatch('first');
    const object = await world.store.get(key);
    await world.store.put(batchKey(customer(), batchIdOf('copy')), object?.body ?? Buffer.alloc(0), {
      ifNoneMatch: '*',
    });
    expect((await world.findings({ isPending: () => true })).found).toMatchObject([
      { kind: 'batch-unreadable', reason: 'A batch is at the place of another one.' },
    ]);
  });
});
