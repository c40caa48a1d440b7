import type { KeyCount, Total } from '../api/answers.ts';
import type { Report } from '../api/load-report.ts';
import type { CsvCell } from './csv.ts';
import { isoWithOffset } from './iso.ts';

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

/** The requests over time; `stillCounting` says that they are only those that are counted so far. */
export function seriesTable({ buckets, zone, total }: Report): Table {
  const rows = buckets.map(({ from, to, requests, isPending }) => [
    isoWithOffset(from, zone),
    isoWithOffset(to, zone),
    requests,
    ...(total.progress === undefined ? [] : [String(isPending)]),
  ]);
  const head = ['from', 'to', 'requests', ...(total.progress === undefined ? [] : ['stillCounting'])];
  return withCountedThrough({ head, rows }, total);
}

/** Keys by requests. */
export function keyTable(name: string, counts: readonly KeyCount[], total: Total): Table {
  const rows = counts.map(({ key, requests }) => [key, requests]);
  return withCountedThrough({ head: [name, 'requests'], rows }, total);
}

/** The last column, as the pipeline's own CSV has it: empty where it is not known, and absent where nobody says. */
function withCountedThrough({ head, rows }: Table, { progress }: Total): Table {
  if (progress === undefined) return { head, rows };
  const { countedThrough } = progress;
  const cell = countedThrough === null ? '' : new Date(countedThrough).toISOString();
  return { head: [...head, 'countedThrough'], rows: rows.map((row) => [...row, cell]) };
}
