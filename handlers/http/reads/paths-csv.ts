import type { ListedPath } from '../../../lib/pipeline/query/list-paths.ts';
import { csvRow } from '../csv.ts';

export const pathsCsvHeader = csvRow([
  'from',
  'to',
  'complete',
  'key',
  'requests',
  'errors',
  'countedThrough',
  'bytes',
  'durationMs',
  'meanMs',
]);

/** The values of a whole answer, which each row repeats. */
export interface SaidOfPaths {
  readonly from: string;
  readonly to: string;
  readonly complete: boolean;
  /** Empty if it is not known. */
  readonly countedThrough: string;
}

/** Returns one row per path. */
export function pathsToCsv(paths: readonly ListedPath[], said: SaidOfPaths): string {
  return pathsCsvHeader + paths.map((path) => pathRow(path, said)).join('');
}

function pathRow(
  { key, requests, errors, bytes, durationMs, meanMs }: ListedPath,
  said: SaidOfPaths,
): string {
  const { from, to, complete, countedThrough } = said;
  const facts = [bytes ?? '', durationMs ?? '', meanMs ?? ''];
  return csvRow([from, to, complete, key, requests, errors, countedThrough, ...facts]);
}
