import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { tsImport } from 'tsx/esm/api';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type * as ingestModule from '../../handlers/ingest.ts';
import type * as protocolsModule from '../../handlers/protocols.ts';
import { cpuMillisecondsSince } from '../cpu-milliseconds.ts';
import type * as appModule from './app.ts';
import { anyBytes, batches, damagedBatches } from './any-body/bodies.ts';
import { usualBatch, workBodies } from './bounded-work/bodies.ts';
import { usualLog } from './bounded-work/set-aside-bodies.ts';
import type { WorkBody } from './bounded-work/work-body.ts';
import { largestBatch } from './bounded-work/filled.ts';
import { protocolBodies } from './bounded-work/protocol-bodies.ts';

/**
 * The most that a body may cost, as a multiple of the largest usual batch. The two take turns on the same machine, and
 * what is compared is the time of the processor that each takes in the middle of its runs: neither how fast the machine is
 * matters, nor a disturbed run. A machine with much else to do disturbs whole rounds; so the best of several counts.
 */
const mostTimesUsual = 3;
/**
 * The most that a usual access log may cost, as such a multiple: each line is in the format that fits it, and has a size, a
 * referrer and an address besides.
 */
const mostTimesUsualOfLog = 5;
/** The most that a text and a request in the protocol of another program may cost, as a multiple of that access log. */
const mostTimesLog = 2;
const runsInRound = 5;
const maxRounds = 8;

/**
 * The handler as the emulator loads it. Vitest puts a look-up before each use of an import, which makes the loop over an
 * agent's characters three times as slow.
 */
const { ingestHandler } = (await tsImport(
  '../../handlers/ingest.ts',
  import.meta.url,
)) as typeof ingestModule;
const { protocolsHandler } = (await tsImport(
  '../../handlers/protocols.ts',
  import.meta.url,
)) as typeof protocolsModule;
const { httpEvent, postLogs, testApp } = (await tsImport('./app.ts', import.meta.url)) as typeof appModule;

type Sent = Omit<WorkBody, 'make'>;

let keys = 0;

/** Sends something once, and throws if the answer is not as expected. */
type Send = () => Promise<void>;

function batchSender({ mediaType, status, contentEncoding, invalid }: Sent, body: Buffer): Send {
  return async () => {
    const { app } = testApp();
    const headers = {
      'content-type': mediaType,
      'content-encoding': contentEncoding ?? '',
      'idempotency-key': `k${keys++}`,
      ...(invalid === undefined ? {} : { 'x-invalid-entries': invalid }),
    };
    requireStatus(status, await ingestHandler(async () => app)(postLogs(body, headers)));
  };
}

function requireStatus(status: number, answer: Awaited<ReturnType<ReturnType<typeof ingestHandler>>>): void {
  if (status !== answer.statusCode)
    throw new Error(`It was answered ${answer.statusCode}: ${String(answer.body)}`);
}

/** The time of the processor, of all threads, that a body takes once, in milliseconds. */
async function costOf(send: Send): Promise<number> {
  const before = process.cpuUsage();
  await send();
  return cpuMillisecondsSince(before);
}

const sendUsual = batchSender(usualBatch, Buffer.from(usualBatch.make()));
const sendLog = batchSender(usualLog, Buffer.from(usualLog.make()));

/** The cost of a body as a multiple of that of another, in a round of runs that take turns; at most the bound, where it is below. */
async function timesInRound(send: Send, other: Send, bound: number): Promise<number> {
  const costs: number[] = [];
  const otherCosts: number[] = [];
  for (let run = 1; run <= runsInRound; run++) {
    costs.push(await costOf(send));
    otherCosts.push(await costOf(other));
    // Whatever the other runs would take, a median is not beyond the runs so far once these are more than half of them.
    const most = Math.max(...costs) / Math.min(...otherCosts);
    if (run > runsInRound / 2 && most < bound) return most;
  }
  return median(costs) / median(otherCosts);
}

/** The same in the best of several rounds, of which one is enough where it is below the bound. */
async function timesAtLeast(send: Send, other: Send, bound: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < maxRounds && least >= bound; round++) {
    least = Math.min(least, await timesInRound(send, other, bound));
  }
  return least;
}

const timesUsual = (send: Send) => timesAtLeast(send, sendUsual, mostTimesUsual);
const timesLog = (send: Send) => timesAtLeast(send, sendLog, mostTimesLog);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

beforeAll(async () => {
  for (let run = 0; run < 20; run++) {
    await costOf(sendUsual);
    await costOf(sendLog);
  }
});

/** On a machine that does much else, the rounds take their time. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

describe('a body takes less than three times the processor of the largest usual batch, a text less than twice that of the largest usual log', () => {
  it('which takes less than five times that of the batch', async () => {
    expect(await timesAtLeast(sendLog, sendUsual, mostTimesUsualOfLog)).toBeLessThan(mostTimesUsualOfLog);
  });

  it.each(workBodies)('with $name', async (sent) => {
    const body = Buffer.from(sent.make());
    expect(body.length).toBeLessThanOrEqual(largestBatch);
    const send = batchSender(sent, body);
    const hasLines = sent.mediaType === 'text/plain' || sent.hasLines === true;
    if (hasLines) expect(await timesLog(send)).toBeLessThan(mostTimesLog);
    else expect(await timesUsual(send)).toBeLessThan(mostTimesUsual);
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
    const send = batchSender({ name, contentEncoding, mediaType, status }, make());
    expect(await timesUsual(send)).toBeLessThan(mostTimesUsual);
  });

  it.each(protocolBodies)('in the protocol of another program: $name', async (sent) => {
    const body = Buffer.from(sent.make());
    expect(body.length).toBeLessThanOrEqual(largestBatch);
    const [method = '', path = ''] = sent.route.split(' ');
    const send = async () => {
      const { app } = testApp();
      const event = httpEvent(method, path, { headers: { ...sent.headers }, body });
      requireStatus(sent.status, await protocolsHandler(async () => app)(event));
    };
    expect(await timesLog(send)).toBeLessThan(mostTimesLog);
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
      const times = await timesUsual(batchSender({ name: 'generated', mediaType, status }, body));
      if (times >= mostTimesUsual) tooDear.push([times, body.subarray(0, 200).toString()]);
    }
    expect(tooDear).toEqual([]);
  });
});
