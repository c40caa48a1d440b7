/** The program of `npm run bench:hot-window`: processor time of one more write of a window, as the window grows. */
import { createHash } from 'node:crypto';
import { programOptions } from '../commands/program-options.ts';
import { emptyCounts } from '../lib/domain/dimensions.ts';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import { decodePartial, encodePartial, partialIdBytes, type WindowPartial } from '../lib/domain/partial.ts';
import { addPartials } from '../lib/domain/window-aggregate.ts';
import { decodeWindow, encodeWindow } from '../lib/domain/window-format.ts';
import { customer, windowStart } from '../test/factories.ts';
import { count } from './option-kinds.ts';
import { median } from './statistics.ts';
import { printTable, type Row } from './table.ts';

const { writes } = programOptions({
  program: 'npm run bench:hot-window --',
  summary:
    'Measures what one more write of a hot window costs, by its paths, by the batches that it counts, and by the new batches that the write adds.',
  options: { writes: count('measured writes of each window', 30) },
});

const limits = { maxKeysPerDimension: 10_000, maxKeyTextBytes };
const minute = { customerId: customer('cus-hot'), windowStart: windowStart('2026-01-01T00:00:00Z') };
const now = new Date('2026-01-01T00:01:00Z');
const entriesPerBatch = 20;
const agents = 30;

/** Makes the partial of a batch of 20 entries, whose paths are among the given number of paths. */
function partialOf(batch: number, paths: number): WindowPartial {
  const counts = emptyCounts();
  for (let entry = 0; entry < entriesPerBatch; entry += 1) {
    const number = batch * entriesPerBatch + entry;
    addOne(counts.requestsByPath, `GET /shop/articles?id=${number % paths}`);
    addOne(counts.requestsByUserAgent, `Agent ${number % agents}`);
    addOne(counts.requestsByStatus, number % 20 === 0 ? '404' : '200');
  }
  const id = createHash('sha256').update(String(batch)).digest().subarray(0, partialIdBytes);
  return { ...minute, id, part: 0, isLate: false, storedAt: now, requests: entriesPerBatch, counts };
}

function addOne(requestsByKey: Map<string, number>, key: string): void {
  requestsByKey.set(key, (requestsByKey.get(key) ?? 0) + 1);
}

/** Makes a window that counts this many batches and has this many paths, as it is stored. */
function storedWindow(batches: number, paths: number): Buffer {
  const first = partialOf(0, paths);
  for (let path = 0; path < paths; path += 1)
    first.counts.requestsByPath.set(`GET /shop/articles?id=${path}`, 1);
  const others = Array.from({ length: batches - 1 }, (_, n) => partialOf(n + 1, paths));
  const window = addPartials(undefined, [{ ...first, requests: paths }, ...others], now, limits);
  if (window === undefined) throw new Error('The partials do not change the window.');
  return encodeWindow(window);
}

/** Returns milliseconds of processor time of one write that adds some partials: decode, add, encode. */
function writeMilliseconds(stored: Buffer, added: readonly Buffer[]): number {
  const cpu = process.cpuUsage();
  const partials = added.map((data) => decodePartial(data));
  const [first, ...others] = partials;
  if (first === undefined) throw new Error('A write adds a partial.');
  const next = addPartials(decodeWindow(stored), [first, ...others], now, limits);
  if (next === undefined) throw new Error('The partials do not change the window.');
  encodeWindow(next);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1_000;
}

const rows: Row[] = [];
for (const paths of [500, 10_000]) {
  for (const batches of [10, 1_000, 20_000, 100_000]) {
    const stored = storedWindow(batches, paths);
    const costOf = (added: number) => {
      const data = Array.from({ length: added }, (_, n) => encodePartial(partialOf(batches + n, paths)));
      const measured = Array.from({ length: writes + 5 }, () => writeMilliseconds(stored, data));
      return median(measured.slice(5)).toFixed(2);
    };
    rows.push([
      paths.toLocaleString('en'),
      batches.toLocaleString('en'),
      (stored.length / 1_024).toFixed(0),
      ...[1, 50, 500].map(costOf),
    ]);
  }
}
printTable(
  `One more write of a window: processor time in ms, by the batches of ${entriesPerBatch} entries that it adds (median of ${writes})`,
  ['paths', 'batches in it', 'kB', '1 batch', '50 batches', '500 batches'],
  rows,
);
