import { dimensions } from '../../../lib/domain/dimensions.ts';
import type { Total } from '../../../lib/pipeline/query/total.ts';
import { progressCell } from './answer-progress.ts';
import { csvRow } from '../csv.ts';
import { cellsOfMeasures, cellsOfPath, measureColumns } from './measure-cells.ts';
import type { TotalParameters } from './total-parameters.ts';

export const totalCsvHeader = csvRow([
  'from',
  'to',
  'complete',
  'dimension',
  'key',
  'requests',
  'countedThrough',
  ...measureColumns,
]);

/**
 * Returns the same rows as `GET /aggregates` for one window that is the whole range; `folded` is among the first
 * rows, like `total`.
 */
export function totalToCsv({ from, to }: TotalParameters, total: Total): string {
  const { requests, tops, folded, complete } = total;
  const countedThrough = progressCell(total);
  const row = (dimension: string, key: string, requests: number, cells = cellsOfPath()) =>
    csvRow([from, to, complete, dimension, key, requests, countedThrough, ...cells]);
  const largest = dimensions.flatMap(({ field, name }) =>
    (tops.get(field) ?? []).map(({ key, requests, bytes, durationMs }) =>
      row(name, key, requests, cellsOfPath(bytes, durationMs)),
    ),
  );
  return [
    totalCsvHeader,
    row('total', '', requests, cellsOfMeasures(total.measures)),
    row('folded', '', folded),
    ...largest,
  ].join('');
}
