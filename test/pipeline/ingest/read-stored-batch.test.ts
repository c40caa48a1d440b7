import { describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { batchKey } from '../../../lib/domain/keys.ts';
import { UnreadableFormat } from '../../../lib/errors.ts';
import { readBatchHeader, readStoredBatch } from '../../../lib/pipeline/ingest/read-stored-batch.ts';
import { batchIdOf, customer } from '../../factories.ts';

const key = batchKey(customer(), batchIdOf('a'));

describe('a stored batch that is damaged', () => {
  it.each([
    ['is not JSON', 'torn\n'],
    ['has no end', '{"formatVersion":1,'],
  ])('is named by its key where its header %s', async (_, text) => {
    const store = new InMemoryObjectStore();
    await store.put(key, Buffer.from(text), { ifNoneMatch: '*' });
    for (const read of [readBatchHeader, readStoredBatch]) {
      const failure = await read(key, store).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UnreadableFormat);
      expect(String(failure)).toContain(key);
    }
  });
});
