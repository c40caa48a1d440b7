import type { PathRow, PathRows } from '../api/load-paths.ts';
import { otherKey } from './key-lists.ts';

/** Returns the row of the requests whose path is not known, if there are any. */
export function otherPaths({ folded, foldedErrors }: PathRows): PathRow[] {
  if (folded === 0 && foldedErrors === 0) return [];
  return [{ key: otherKey, requests: folded, errors: foldedErrors, bytes: undefined, meanMs: undefined }];
}
