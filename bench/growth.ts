import { performance } from 'node:perf_hooks';
import { aggregateHandler } from '../handlers/aggregate.ts';
import { minuteKey } from '../lib/domain/keys.ts';
import { customer, windowStart } from '../test/factories.ts';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { createSamplePartials, eventOf } from './sample-partials.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { median } from './statistics.ts';
import { countStored, entriesPerBatch, storeBatches } from './stored-batches.ts';
import { printTable } from './table.ts';
import { openTemporaryApp } from './temporary-app.ts';

const { batches } = programOptions({
  program: 'npm run bench:growth --',
  summary:
    'Measures whether the cost stays flat while the pipeline stores more: the cost of ingesting and aggregating an ' +
    'entry up to 100,000 stored batches, and the cost of an invocation of `aggregate` within one busy window of ' +
    '50,000 batches.',
  options: {
    batches: count('batches stored at the end, a multiple of 50,000', 100_000),
  },
});
const batchesInWindow = batches / 2;
const recordsPerInvocation = 500;
const warmUpBatches = 3_000;

const temporary = await openTemporaryApp();
const { app } = temporary;
const traffic = createSampleTraffic(1);
const invokeAggregate = aggregateHandler(async () => app);
try {
  await growInBatches();
  await growInOneWindow();
} finally {
  await temporary.remove();
}

function storeSome(first: number, count: number, customerPrefix: string): Promise<void> {
  return storeBatches(app, traffic, { first, count, customerPrefix });
}

/** Stores batches of many customers and minutes, then consumes the stream. */
async function growInBatches(): Promise<void> {
  const step = batches / 10;
  const rows: string[][] = [];
  await storeSome(0, warmUpBatches, 'warm');
  await countStored(temporary);
  for (let stored = 0; stored < batches; stored += step) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    await storeSome(stored, step, 'cus');
    const ingested = performance.now();
    await countStored(temporary);
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
    ['stored batches', 'ingest µs per entry', 'aggregate µs per entry', 'processor µs per entry'],
    rows,
  );
}

/** Fills one customer's minute, with 500 partials per invocation. */
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
    ['batches in it', 'ms per invocation (median of 10)', 'kB of the window'],
    rows,
  );
}
