import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ingestHandler } from '../../handlers/ingest.ts';
import { postLogs, testApp } from './app.ts';
import { anyBytes, batches, damagedBatches } from './any-body/bodies.ts';
import { largestBatch, usualBatch, workBodies, type WorkBody } from './bounded-work/bodies.ts';

/**
 * What a body costs at the most, as a multiple of the largest usual batch. Both are measured on the same machine at the
 * same time, as the time of the processor, and the least of several runs is taken: so another process that runs beside
 * does not matter, and neither does how fast the machine is.
 */
const mostTimesUsual = 3;
const runs = 5;
/** Where that is not enough, since a run was disturbed, so many more. */
const maxRuns = 40;

let keys = 0;

/** The time of the processor, of all threads, that a body takes once, in milliseconds. */
async function costOf({ mediaType, status, contentEncoding }: Omit<WorkBody, 'make'>, body: Buffer) {
  const { app } = testApp();
  const headers = {
    'content-type': mediaType,
    'content-encoding': contentEncoding ?? '',
    'idempotency-key': `k${keys++}`,
  };
  const event = postLogs(body, headers);
  const before = process.cpuUsage();
  const answer = await ingestHandler(async () => app)(event);
  const { user, system } = process.cpuUsage(before);
  if (status !== answer.statusCode)
    throw new Error(`It was answered ${answer.statusCode}: ${String(answer.body)}`);
  return (user + system) / 1_000;
}

const usual = Buffer.from(usualBatch.make());
let leastUsual = Number.POSITIVE_INFINITY;

/** The least that a body was found to take, as a multiple of the least of a usual batch, which is measured beside it. */
async function timesUsual(sent: Omit<WorkBody, 'make'>, body: Buffer): Promise<number> {
  const { mostTimesUsual: most = mostTimesUsual } = sent;
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < maxRuns; run++) {
    least = Math.min(least, await costOf(sent, body));
    leastUsual = Math.min(leastUsual, await costOf(usualBatch, usual));
    if (run + 1 >= runs && least < most * leastUsual) break;
  }
  return least / leastUsual;
}

beforeAll(async () => {
  for (let run = 0; run < 20; run++) leastUsual = Math.min(leastUsual, await costOf(usualBatch, usual));
});

describe('a body takes less than three times the processor of the largest usual batch', () => {
  it.each(workBodies)('with $name', async (sent) => {
    const body = Buffer.from(sent.make());
    expect(body.length).toBeLessThanOrEqual(largestBatch);
    expect(await timesUsual(sent, body)).toBeLessThan(sent.mostTimesUsual ?? mostTimesUsual);
  });

  it.each([
    [
      '15 bytes that are a million lines',
      'br',
      'application/x-ndjson',
      400,
      () => brotliCompressSync('x\n'.repeat(largestBatch / 2)),
    ],
    [
      '2 MiB of empty members of gzip',
      'gzip',
      'application/x-ndjson',
      400,
      () => Buffer.concat(Array.from({ length: largestBatch / 20 }, () => gzipSync(''))),
    ],
  ] as const)('compressed: %s', async (name, contentEncoding, mediaType, status, make) => {
    expect(await timesUsual({ name, contentEncoding, mediaType, status }, make())).toBeLessThan(
      mostTimesUsual,
    );
  });

  it('whatever is repeated in it', async () => {
    const tooDear: [times: number, start: string][] = [];
    const units = fc.oneof(anyBytes, batches, damagedBatches).filter(({ bytes }) => bytes.length > 0);
    for (const { bytes, isLines } of fc.sample(units, { numRuns: 40, seed: 7 })) {
      const repeated = Buffer.alloc(
        largestBatch,
        Buffer.concat([Buffer.from(bytes), Buffer.from(isLines ? '\n' : ',')]),
      );
      const body = isLines
        ? repeated
        : Buffer.concat([Buffer.from('['), repeated.subarray(0, -2), Buffer.from(']')]);
      const mediaType = isLines ? 'application/x-ndjson' : 'application/json';
      const { app } = testApp();
      const { statusCode } = await ingestHandler(async () => app)(
        postLogs(body, { 'content-type': mediaType }),
      );
      const status = statusCode === 202 ? 202 : 400;
      const times = await timesUsual({ name: 'generated', mediaType, status }, body);
      if (times >= mostTimesUsual) tooDear.push([times, body.subarray(0, 200).toString()]);
    }
    expect(tooDear).toEqual([]);
  });
});
