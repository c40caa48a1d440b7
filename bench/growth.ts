/**
 * Whether the cost stays flat as the pipeline holds more: that of ingesting and aggregating an entry up to 100,000
 * stored batches, and that of an invocation of `aggregate` within one busy window of 50,000 batches.
 *
 *     npm run bench:growth [-- batches]
 */
import { performance } from 'node:perf_hooks';
import pMap from 'p-map';
import { aggregateHandler } from '../handlers/aggregate.ts';
import { ingestHandler } from '../handlers/ingest.ts';
import { minuteKey } from '../lib/domain/keys.ts';
import type { LocalStream } from '../local-store/local-stream.ts';
import { customer, windowStart } from '../test/factories.ts';
import { kinesisEvent, postLogs } from '../test/handlers/app.ts';
import { numbersOf } from './command-line.ts';
import { createSamplePartials, eventOf } from './sample-partials.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { consumer, openTemporaryApp } from './temporary-app.ts';

const help = 'npm run bench:growth [-- <batches, a multiple of 50,000: 100000>]';
const [batches = 100_000] = numbersOf(help, 100_000);
const batchesInWindow = batches / 2;
const recordsPerInvocation = 500;
const entriesPerBatch = 10;
const warmUpBatches = 3_000;

const temporary = await openTemporaryApp();
const { app, streams } = temporary;
const traffic = createSampleTraffic(1);
const ingest = ingestHandler(async () => app);
const invokeAggregate = aggregateHandler(async () => app);
try {
  await growInBatches();
  await growInOneWindow();
} finally {
  await temporary.remove();
}

/** Many customers and minutes, 64 batches at a time; then what was put on the stream is consumed. */
async function growInBatches(): Promise<void> {
  const step = batches / 10;
  const rows: string[][] = [];
  await ingestSome(0, warmUpBatches, 'warm');
  await consumeAll();
  for (let stored = 0; stored < batches; stored += step) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    await ingestSome(stored, step, 'cus');
    const ingested = performance.now();
    await consumeAll();
    const ended = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    const perEntry = (total: number) => (total / (step * entriesPerBatch)).toFixed(1);
    rows.push([
      (stored + step).toLocaleString('en-US'),
      perEntry((ingested - began) * 1_000),
      perEntry((ended - ingested) * 1_000),
      perEntry(user + system),
    ]);
  }
  printTable(
    `Growth: batches of ${entriesPerBatch} entries of 10 customers, 200 a window`,
    ['stored batches', 'ingest µs an entry', 'aggregate µs an entry', 'processor µs an entry'],
    rows,
  );
}

async function ingestSome(first: number, count: number, customerPrefix: string): Promise<void> {
  await pMap(
    Array.from({ length: count }, (_, n) => first + n),
    async (batch) => {
      const minute = new Date(Date.UTC(2025, 11, 28, 0, Math.floor(batch / 2_000)));
      const event = postLogs(traffic.entries(entriesPerBatch, minute, 1), {
        'x-customer-id': `${customerPrefix}-${batch % 10}`,
        'idempotency-key': `batch-${batch}`,
      });
      const { statusCode } = await ingest(event);
      if (statusCode !== 202) throw new Error(`A batch was answered with ${statusCode}.`);
    },
    { concurrency: 64 },
  );
}

async function consumeAll(): Promise<void> {
  const partitions = streams.flatMap((stream) =>
    stream.partitions().map((partition) => ({ stream, partition })),
  );
  await pMap(partitions, consume);
}

/** All that a partition holds, as its event source would bring it. */
async function consume({ stream, partition }: { stream: LocalStream; partition: number }): Promise<void> {
  for (;;) {
    const position = stream.position(consumer, partition);
    const limits = { maxRecords: recordsPerInvocation, maxBytes: 6 * 1_024 * 1_024 };
    const records = stream.read(partition, position, limits);
    const last = records.at(-1);
    if (last === undefined) return;
    const { batchItemFailures } = await invokeAggregate(
      kinesisEvent(records.map(({ sequence, data }) => ({ sequenceNumber: String(sequence), data }))),
    );
    if (batchItemFailures.length > 0) throw new Error('Partials could not be counted.');
    await stream.checkpoint(consumer, partition, last.sequence);
  }
}

/** One customer's minute, 500 partials an invocation. */
async function growInOneWindow(): Promise<void> {
  const shownAt = new Set([0.02, 0.2, 0.5, 1].map((share) => share * batchesInWindow));
  const window = windowStart('2026-01-01T00:00:00Z');
  const partial = createSamplePartials(traffic, app);
  const recent: number[] = [];
  const rows: string[][] = [];
  for (let counted = 0; counted < batchesInWindow; counted += recordsPerInvocation) {
    const partials = Array.from({ length: recordsPerInvocation }, () =>
      partial('cus-busy', new Date(window)),
    );
    const event = eventOf(partials, counted);
    const began = performance.now();
    await invokeAggregate(event);
    recent.push(performance.now() - began);
    if (!shownAt.has(counted + recordsPerInvocation)) continue;
    const object = await app.store.get(minuteKey(customer('cus-busy'), window));
    rows.push([
      (counted + recordsPerInvocation).toLocaleString('en-US'),
      median(recent.slice(-10)).toFixed(1),
      ((object?.body.length ?? 0) / 1_024).toFixed(0),
    ]);
  }
  printTable(
    `Growth: one window, ${recordsPerInvocation} batches an invocation`,
    ['batches in it', 'ms an invocation (median of 10)', 'kB of the window'],
    rows,
  );
}
