import { meanOf } from '../../../lib/domain/mean-of.ts';
import type { AnsweredPathWindow } from '../../../lib/pipeline/query/path-series.ts';
import { csvRow } from '../csv.ts';

export const pathWindowsCsvHeader = csvRow([
  'windowStart',
  'windowSize',
  'complete',
  'path',
  'requests',
  'errors',
  'countedThrough',
  'bytes',
  'durationMs',
  'meanMs',
  'folded',
  'foldedErrors',
]);

/**
 * Returns one row per window.
 * @param countedThrough  value of the whole answer, repeated in each row
 */
export function pathWindowsToCsv(
  windows: readonly AnsweredPathWindow[],
  path: string,
  countedThrough: string,
): string {
  return pathWindowsCsvHeader + windows.map((window) => row(window, path, countedThrough)).join('');
}

function row(window: AnsweredPathWindow, path: string, countedThrough: string): string {
  const { windowStart, windowSize, complete, requests, errors, bytes = '' } = window;
  const { durationMs, timed, folded, foldedErrors } = window;
  const durations = timed === 0 ? ['', ''] : [durationMs, meanOf(durationMs, timed)];
  const counts = [requests, errors, countedThrough, bytes, ...durations, folded, foldedErrors];
  return csvRow([windowStart, windowSize, complete, path, ...counts]);
}
