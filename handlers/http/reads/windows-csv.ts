import { answeredMeasures } from '../../../lib/domain/answered-measures.ts';
import { readCountsText } from '../../../lib/domain/counts-text.ts';
import { dimensions } from '../../../lib/domain/dimensions.ts';
import { fromStoredMeasures } from '../../../lib/domain/stored-measures.ts';
import type { AnsweredWindow } from '../../../lib/pipeline/query/query.ts';
import { csvRow } from '../csv.ts';
import { cellsOfMeasures, cellsOfPath, measureColumns } from './measure-cells.ts';

export const windowsCsvHeader = csvRow([
  'windowStart',
  'windowSize',
  'complete',
  'dimension',
  'key',
  'requests',
  'countedThrough',
  ...measureColumns,
]);

/**
 * Returns a window as rows, one per key, so that all counts are in one column for pivot tables and filters. The first
 * row, of the dimension `total`, has all of the window's requests and its measures.
 * @param countedThrough  value of the whole answer, repeated in each row
 */
export function windowToCsv(window: AnsweredWindow, countedThrough: string): string {
  const { windowStart, windowSize, complete, requests, counts } = window;
  const row = (dimension: string, key: string, requests: number, cells: (string | number)[]) =>
    csvRow([windowStart, windowSize, complete, dimension, key, requests, countedThrough, ...cells]);
  let rows = row('total', '', requests, cellsOfMeasures(answeredMeasures(window.measures)));
  const requestsByPath = readCountsText(counts.requestsByPath);
  const measures = window.measures && fromStoredMeasures(window.measures, requestsByPath);
  const hasBytes = measures?.bytes !== undefined;
  for (const { field, name } of dimensions) {
    const isOfPaths = field === 'requestsByPath';
    for (const [key, requests] of isOfPaths ? requestsByPath : readCountsText(counts[field])) {
      const bytes = isOfPaths && hasBytes ? (measures.bytesByPath.get(key) ?? 0) : undefined;
      const isTimed = isOfPaths && measures?.timedByPath.has(key) === true;
      const durationMs = isTimed ? (measures.durationMsByPath.get(key) ?? 0) : undefined;
      rows += row(name, key, requests, cellsOfPath(bytes, durationMs));
    }
  }
  return rows;
}
