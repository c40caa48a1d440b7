import { readCountsText, type CountsText } from './counts-text.ts';
import { eachKey, viewOf } from './counts-text/each-key.ts';
import { errorsIn } from './customer-index.ts';
import { otherKey } from './folding.ts';
import type { ServedWindow } from './served-window.ts';
import type { ErrorsOfPaths } from './stored-error-paths.ts';
import { saturatedSum } from './sums.ts';

type WithErrors = Pick<ServedWindow, 'counts' | 'errorsOfPaths'>;

/** Returns the failed requests of a window by path, in the order of the paths; missing ones are 0. */
export function pathErrorsOf({ errorsOfPaths = {} }: Pick<WithErrors, 'errorsOfPaths'>): readonly number[] {
  const errors: number[] = [];
  eachPair(errorsOfPaths, (place, requests) => {
    while (errors.length <= place) errors.push(0);
    errors[place] = saturatedSum(errors[place] ?? 0, requests);
  });
  return errors;
}

/** Returns the failed requests of paths at some places. */
export function knownErrors(errorsOfPaths: ErrorsOfPaths = {}, isWanted: (place: number) => boolean): number {
  let errors = 0;
  eachPair(errorsOfPaths, (place, requests) => {
    if (isWanted(place)) errors = saturatedSum(errors, requests);
  });
  return errors;
}

/** Visits the place of each path that has errors, with its requests of one status. */
function eachPair(errorsOfPaths: ErrorsOfPaths, visit: (place: number, requests: number) => void): void {
  for (const pairs of Object.values(errorsOfPaths))
    for (let at = 0; at < pairs.length; at += 2) visit(pairs[at] ?? 0, pairs[at + 1] ?? 0);
}

/**
 * Returns the failed requests of a window whose path is not known: it was folded, or an earlier version did not count
 * errors by path.
 */
export function unknownErrors({ counts, errorsOfPaths }: WithErrors): number {
  const requestsByStatus = readCountsText(counts.requestsByStatus);
  const byStatus = errorsIn(requestsByStatus);
  // Where no status was folded, each failed request has one.
  const all = requestsByStatus.has(otherKey)
    ? Math.max(byStatus, requestsIn(counts.requestsByErrorPath))
    : byStatus;
  return Math.max(all - knownErrors(errorsOfPaths, () => true), 0);
}

function requestsIn({ json }: CountsText): number {
  let sum = 0;
  eachKey(json, viewOf(json), (_start, _end, requests) => {
    sum = saturatedSum(sum, requests);
  });
  return sum;
}
