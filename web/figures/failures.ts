import type { Total } from '../api/answers.ts';
import type { Detail } from '../state/detail.ts';
import { otherKey, type KeyRow } from './key-lists.ts';

/** Failed requests of a status, or of a path; the rest are those that no listed key accounts for. */
export type Failure = KeyRow;

/** Length of a status and the space behind it. */
const pathStart = 4;

/**
 * Returns the failed requests of a path by status, or those with a status by path; `undefined` while they are loading.
 * @param errors  failed requests of the path; `undefined` while they are not known, and for a status
 */
export function failuresOf(
  { dimension, key }: Detail,
  total: Total,
  errors: number | undefined,
): Failure[] | undefined {
  if (total.topErrorPaths === undefined) return undefined;
  const isOfPath = dimension === 'path';
  const failures = total.topErrorPaths
    .map((count) => ({
      status: count.key.slice(0, pathStart - 1),
      path: count.key.slice(pathStart),
      ...count,
    }))
    .filter(({ status, path }) => key === (isOfPath ? path : status))
    .map(({ status, path, requests }) => ({ key: isOfPath ? status : path, requests, isRest: false }));
  const all = isOfPath ? errors : total.topStatuses.find((count) => count.key === key)?.requests;
  // The pipeline lists the largest failed paths alone.
  const rest = failures.reduce((left, { requests }) => left - requests, all ?? 0);
  return rest > 0 ? [...failures, { key: otherKey, requests: rest, isRest: true }] : failures;
}
