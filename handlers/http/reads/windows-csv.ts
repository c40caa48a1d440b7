import { readCountsText } from '../../../lib/domain/counts-text.ts';
import { dimensions } from '../../../lib/domain/dimensions.ts';
import type { AnsweredWindow } from '../../../lib/pipeline/query/query.ts';
import { csvRow } from '../csv.ts';

export const windowsCsvHeader = csvRow([
  'windowStart',
  'windowSize',
  'complete',
  'dimension',
  'key',
  'requests',
  'countedThrough',
]);

/**
 * Returns a window as rows, one per key, so that all counts are in one column for pivot tables and filters. The first
 * row, of the dimension `total`, has all of the window's requests.
 * @param countedThrough  value of the whole answer, repeated in each row
 */
export function windowToCsv(window: AnsweredWindow, countedThrough: string): string {
  const { windowStart, windowSize, complete, requests } = window;
  const row = (dimension: string, key: string, requests: number) =>
    csvRow([windowStart, windowSize, complete, dimension, key, requests, countedThrough]);
  let rows = row('total', '', requests);
  for (const { field, name } of dimensions) {
    for (const [key, requests] of readCountsText(window.counts[field])) rows += row(name, key, requests);
  }
  return rows;
}
