import type { KeyCount, Total } from '../api/answers.ts';
import type { PathRow } from '../api/load-paths.ts';
import type { Report } from '../api/load-report.ts';
import { seriesColumns } from '../charts/series-columns.ts';
import type { AgentChoice } from '../figures/agent-groups.ts';
import type { CsvCell } from './csv.ts';
import { isoWithOffset } from './iso.ts';

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

/**
 * Returns everything over time as a table; the column `stillCounting` marks counts that may still rise. Nothing is known
 * of the future.
 * @param report  with the requests of the chosen agents
 */
export function seriesTable(report: Report, agents: AgentChoice, now: number): Table {
  const { buckets, zone, total } = report;
  const columns = seriesColumns(report, agents, now);
  const rows = buckets.map(({ from, to, requests, isPending }, place): CsvCell[] => {
    const times = [isoWithOffset(from, zone), isoWithOffset(to, zone)];
    const amounts = columns.map(({ valueAt }) => valueAt(place) ?? '');
    const cells: CsvCell[][] = [times, [from > now ? '' : requests], amounts];
    if (total.progress !== undefined) cells.push([String(isPending)]);
    return cells.flat();
  });
  const head = [
    'from',
    'to',
    'requests',
    ...columns.map(({ field }) => field),
    ...(total.progress === undefined ? [] : ['stillCounting']),
  ];
  return withCountedThrough({ head, rows }, total);
}

/** Returns the requests by key as a table, with those of `(other)`. */
export function keyTable(name: string, counts: readonly KeyCount[], total: Total): Table {
  const rows = counts.map(({ key, requests }) => [key, requests]);
  return withCountedThrough({ head: [name, 'requests'], rows }, total);
}

/** Returns paths and what is counted of them as a table, with the row of `(other)`. */
export function pathTable(rows: readonly PathRow[], total: Total): Table {
  return withCountedThrough(
    {
      head: ['path', 'requests', 'errors', 'bytes', 'meanMs'],
      rows: rows.map(({ key, requests, errors, bytes, meanMs }) => [
        key,
        requests,
        errors,
        bytes ?? '',
        meanMs ?? '',
      ]),
    },
    total,
  );
}

/**
 * Adds the last column, as in the pipeline's own CSV: empty if the value is not known, absent if the pipeline does
 * not report it.
 */
function withCountedThrough({ head, rows }: Table, { progress }: Total): Table {
  if (progress === undefined) return { head, rows };
  const { countedThrough } = progress;
  const cell = countedThrough === null ? '' : new Date(countedThrough).toISOString();
  return { head: [...head, 'countedThrough'], rows: rows.map((row) => [...row, cell]) };
}
