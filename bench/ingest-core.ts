import { performance } from 'node:perf_hooks';
import { ingestHandler } from '../handlers/ingest.ts';
import { postLogs } from '../test/handlers/app.ts';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { measureSteps } from './ingest-steps.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { median, quantile } from './statistics.ts';
import { printTable } from './table.ts';
import { openTemporaryApp } from './temporary-app.ts';

const { rounds } = programOptions({
  program: 'npm run bench:ingest --',
  summary:
    'Measures the time to ingest a batch of 2 MB, as a multiple of `JSON.parse` of the same body, and its parts.',
  options: {
    rounds: count('rounds', 60),
  },
});
const warmUpRounds = 15;
const start = new Date('2025-12-28T18:03:00Z');

const { body, entries } = createSampleTraffic(1).batchOf(2_097_152, start, 5);
const text = body.toString('latin1');
const temporary = await openTemporaryApp();
try {
  const handle = ingestHandler(async () => temporary.app);
  const parsing: number[] = [];
  const ingesting: number[] = [];
  const mainThread: number[] = [];
  // Both run in turns, so that the ratio holds when the speed of the machine changes.
  for (let round = -warmUpRounds; round < rounds; round++) {
    const event = postLogs(body, { 'idempotency-key': `batch-${round}` });
    const began = performance.now();
    JSON.parse(text);
    const parsed = performance.now();
    const before = performance.eventLoopUtilization();
    const { statusCode } = await handle(event);
    const { active } = performance.eventLoopUtilization(before);
    const ended = performance.now();
    if (statusCode !== 202) throw new Error(`The batch was answered with ${statusCode}.`);
    if (round < 0) continue;
    parsing.push(parsed - began);
    ingesting.push(ended - parsed);
    mainThread.push(active);
  }

  const parse = median(parsing);
  const row = (name: string, times: readonly number[]) => {
    const ratios = times.map((time, round) => time / (parsing[round] ?? Number.NaN));
    return [name, median(times).toFixed(1), median(ratios).toFixed(2), quantile(ratios, 0.9).toFixed(2)];
  };
  printTable(
    `Ingest core: ${entries} entries, ${body.length} bytes, ${rounds} rounds`,
    ['', 'median ms', '× JSON.parse', 'p90 of ×'],
    [row('JSON.parse', parsing), row('ingest, wall', ingesting), row('ingest, main thread', mainThread)],
  );

  const steps = await measureSteps(body, temporary.app, Math.ceil(rounds / 2));
  printTable(
    'Each step by itself; those on other threads run beside those on the main thread',
    ['step', 'thread', 'median ms', '× JSON.parse'],
    steps.map(({ name, thread, milliseconds }) => [
      name,
      thread,
      milliseconds.toFixed(2),
      (milliseconds / parse).toFixed(2),
    ]),
  );
} finally {
  await temporary.remove();
}
