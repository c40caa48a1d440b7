import { randomInt } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { anyBytes, batches, damagedBatches, type SentBody } from '../handlers/any-body/bodies.ts';
import {
  readablePartOf,
  readIndependently,
  type ExpectedWindow,
} from '../handlers/any-body/read-independently.ts';
import { useEmulator } from './emulator.ts';
import { countedRequests, entry, json, postLogs } from './requests.ts';

/** Different each time; FUZZ_SEED repeats a run, whose name contains its seed. */
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(0x7fffffff));
const emulator = useEmulator();
let customers = 0;

/**
 * Sends the body as a new customer, and compares answer and counts with its content. Returns whether it was accepted.
 */
async function expectAsRead({ bytes, isLines }: SentBody, isCompressed: boolean): Promise<boolean> {
  customers += 1;
  const customerId = `cus-${customers}`;
  const answer = await postLogs(emulator, {
    customerId,
    body: isCompressed ? gzipSync(bytes) : bytes,
    headers: {
      'content-type': isLines ? 'application/x-ndjson' : 'application/json',
      'content-encoding': isCompressed ? 'gzip' : undefined,
    },
  });
  const expected = readIndependently(bytes, isLines);
  expect(answer.status).toBe(expected === undefined ? 400 : 202);
  const client = createPipelineClient(emulator.http, customerId);
  if (expected !== undefined) while ((await client.readBacklog()) !== 0);
  expect(await windowsOf(customerId)).toEqual(expected ?? []);
  return expected !== undefined;
}

async function windowsOf(customerId: string): Promise<ExpectedWindow[]> {
  const ever = new URLSearchParams({ from: '1970-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' });
  const headers = { 'x-customer-id': customerId };
  const page = await emulator.http.request(`/aggregates?${ever.toString()}`, { headers });
  return (json(page) as { windows: readonly ExpectedWindow[] }).windows.map(readablePartOf);
}

describe(`whatever comes through the socket (seed ${seed})`, () => {
  it.each([
    ['batches with right and wrong entries', batches, 80, 5],
    ['batches with damaged bytes', damagedBatches, 80, 0],
    ['bytes that are nothing', anyBytes, 40, 0],
  ])('counts what is in it, or refuses it: %s', async (_what, bodies, numRuns, leastTaken) => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(bodies, fc.boolean(), async (body, isCompressed) => {
        if (await expectAsRead(body, isCompressed)) taken += 1;
      }),
      { numRuns, seed },
    );
    expect(taken).toBeGreaterThanOrEqual(leastTaken); // otherwise the run would have shown little
  });

  it('leaves an emulator that counts as before', async () => {
    expect((await postLogs(emulator, { customerId: 'cus-after', body: [entry] })).status).toBe(202);
    expect(await countedRequests(emulator, 'cus-after')).toBe(1);
    expect(emulator.output).not.toContain('A rejection was not handled');
  });
});
