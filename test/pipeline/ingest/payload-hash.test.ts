import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { withHash } from '../../../lib/pipeline/ingest/read-batch.ts';
import { customer } from '../../factories.ts';

const kibibyte = 1_024;

it.each([1, 100, 3_000])('hashes a body of %i KiB in the same way, wherever it does', async (kibibytes) => {
  const customerId = customer();
  const body = Buffer.alloc(kibibytes * kibibyte, '{"path":"/"}\n');
  const sent = { customerId, id: undefined, mediaType: 'application/x-ndjson', contentEncoding: '' } as const;
  const { payloadHash, sourceHash } = withHash({ ...sent, source: 'host-1', body }, body);
  const hashOf = (sender: string) => createHash('sha256').update(`${sender}\n`).update(body).digest('hex');
  expect(await payloadHash).toBe(hashOf(customerId));
  expect(await sourceHash).toBe(hashOf(`${customerId} host-1`));
});
