import type {
  BatchAnswer,
  PathCounts,
  PathPage,
  PathWindow,
  PathWindowPage,
  Window,
  WindowPage,
} from './contract.ts';
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
  const page = readPage(answer, 'windows', isWindow);
  return page && { windows: page.items, ...page.token };
}

/**
 * Reads a page of `GET /aggregates/paths`.
 * @returns `undefined` where the pipeline did not write it
 */
export function readPathPage(answer: HttpAnswer): Pick<PathPage, 'paths' | 'nextToken'> | undefined {
  const page = readPage(answer, 'paths', isPath);
  return page && { paths: page.items, ...page.token };
}

/**
 * Reads a page of `GET /aggregates` with a path.
 * @returns `undefined` where the pipeline did not write it
 */
export function readPathWindowPage(
  answer: HttpAnswer,
): Pick<PathWindowPage, 'windows' | 'nextToken'> | undefined {
  const page = readPage(answer, 'windows', isPathWindow);
  return page && { windows: page.items, ...page.token };
}

function readPage<T>(answer: HttpAnswer, field: string, isItem: (value: unknown) => value is T) {
  const value = answer.status === 200 ? readJson(answer) : undefined;
  if (!isObject(value)) return undefined;
  const { [field]: items, nextToken } = value;
  if (!Array.isArray(items) || !items.every(isItem)) return undefined;
  if (nextToken === undefined) return { items, token: {} };
  return typeof nextToken === 'string' ? { items, token: { nextToken } } : undefined;
}

function isPathWindow(value: unknown): value is PathWindow {
  return isObject(value) && typeof value['windowStart'] === 'string' && haveCounts(value);
}

function isPath(value: unknown): value is PathCounts {
  return isObject(value) && typeof value['key'] === 'string' && haveCounts(value);
}

function haveCounts({ requests, errors }: Readonly<Record<string, unknown>>): boolean {
  return countIn(requests) !== undefined && countIn(errors) !== undefined;
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
