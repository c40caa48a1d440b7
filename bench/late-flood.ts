/**
 * What a flood of history does to the minute that is being watched: freshness at a steady rate without and with a million
 * entries of last week being shipped beside it, and how long these take alone.
 *
 *     npm run bench:late [-- entries of the flood [its connections [live batches a second]]]
 */
import pMap from 'p-map';
import { setTimeout as sleep } from 'node:timers/promises';
import { numbersOf } from './command-line.ts';
import { pipeline, startEmulator, type RunningEmulator } from './emulator.ts';
import { freshnessHeadings, measureFreshness } from './measure-freshness.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { createHttpClient } from '../commands/pipeline-client/http-client.ts';
import { createPipelineClient } from './scenario/pipeline-client.ts';
import { printTable } from './table.ts';

const help =
  'npm run bench:late [-- <entries: 1000000> <connections of the flood: 1> <live batches a second: 50>]';
const [floodEntries = 1_000_000, floodConnections = 1, batchesPerSecond = 50] = numbersOf(
  help,
  1_000_000,
  1,
  50,
);
const entriesPerBatch = 10_000;
/** As an access log has it: a batch is an hour or so of one customer's traffic. */
const minutesPerBatch = 60;
const liveSeconds = 15;

/** Seconds until all of it was accepted, and until all of it was counted. */
async function flood(
  emulator: RunningEmulator,
  customer: string,
): Promise<{ sent: number; counted: number }> {
  const http = createHttpClient(emulator.baseUrl, floodConnections);
  const traffic = createSampleTraffic(2);
  const lastWeek = Date.now() - 7 * 24 * 3_600_000;
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  try {
    await pMap(
      Array.from({ length: Math.ceil(floodEntries / entriesPerBatch) }, (_, batch) => batch),
      async (batch) => {
        const start = new Date(lastWeek + batch * minutesPerBatch * 60_000);
        const body = JSON.stringify(traffic.entries(entriesPerBatch, start, minutesPerBatch));
        for (;;) {
          const headers = { 'x-customer-id': customer, 'content-type': 'application/json' };
          const { status } = await http.request('/logs', { method: 'POST', headers, body });
          if (status === 202) return;
          if (status !== 503) throw new Error(`The flood was answered ${status}.`);
          await sleep(1_000);
        }
      },
      { concurrency: floodConnections },
    );
    const sent = seconds();
    const client = createPipelineClient(http, customer);
    while ((await client.readBacklog()) !== 0) await sleep(50);
    return { sent, counted: seconds() };
  } finally {
    http.close();
  }
}

function figuresOf({ sent, counted }: { sent: number; counted: number }): string[] {
  return [sent.toFixed(1), counted.toFixed(1), (floodEntries / counted).toFixed(0)];
}

const emulator = await startEmulator(pipeline);
try {
  const without = await measureFreshness(emulator, 'cus-before', liveSeconds, batchesPerSecond);
  const alone = await flood(emulator, 'cus-flood-alone');
  const [withFlood, beside] = await Promise.all([
    measureFreshness(emulator, 'cus-beside', liveSeconds, batchesPerSecond),
    flood(emulator, 'cus-flood-beside'),
  ]);
  printTable(
    `Freshness of ${batchesPerSecond} live batches/s`,
    ['', ...freshnessHeadings],
    [
      ['alone', ...without],
      ['beside the flood', ...withFlood],
    ],
  );
  printTable(
    `A flood of ${floodEntries} entries of last week`,
    ['', 'accepted after s', 'counted after s', 'entries/s'],
    [
      ['alone', ...figuresOf(alone)],
      ['beside live traffic', ...figuresOf(beside)],
    ],
  );
} finally {
  await emulator.remove();
}
