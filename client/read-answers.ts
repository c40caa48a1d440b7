import type { BatchAnswer, Window, WindowPage } from './contract.ts';
import type { HttpAnswer } from './http-client.ts';
import { countIn, isObject, readJson } from './read-json.ts';

/**
 * Reads an answer of `GET /batches/{batchId}`.
 * @returns `undefined` where the pipeline did not write it
 */
export function readBatchAnswer(answer: HttpAnswer): BatchAnswer | undefined {
  const value = answer.status === 200 ? readJson(answer) : undefined;
  return isObject(value) && countIn(value['entries']) !== undefined && typeof value['counted'] === 'boolean'
    ? (value as unknown as BatchAnswer)
    : undefined;
}

/**
 * Reads a page of `GET /aggregates`.
 * @returns `undefined` where the pipeline did not write it
 */
export function readWindowPage(answer: HttpAnswer): Pick<WindowPage, 'windows' | 'nextToken'> | undefined {
  const value = answer.status === 200 ? readJson(answer) : undefined;
  if (!isObject(value) || !Array.isArray(value['windows']) || !value['windows'].every(isWindow))
    return undefined;
  const { windows, nextToken } = value;
  if (nextToken === undefined) return { windows };
  return typeof nextToken === 'string' ? { windows, nextToken } : undefined;
}

function isWindow(value: unknown): value is Window {
  return (
    isObject(value) &&
    typeof value['windowStart'] === 'string' &&
    countIn(value['requests']) !== undefined &&
    [value['requestsByPath'], value['requestsByUserAgent'], value['requestsByStatus']].every(
      (counts) => isObject(counts) && Object.values(counts).every((count) => countIn(count) !== undefined),
    )
  );
}
