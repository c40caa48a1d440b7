import { readCountsText } from './counts-text.ts';
import { eachKey, viewOf } from './counts-text/each-key.ts';
import { errorsIn } from './customer-index.ts';
import type { ServedWindow } from './served-window.ts';
import { saturatedSum } from './sums.ts';

/** Requests of a window with a status of 400 or more. */
export interface PathErrors {
  /** In the order of the paths; missing ones are 0. */
  readonly ofPaths: readonly number[];
  /** Requests whose path is not known: it was folded, or an earlier version did not count errors by path. */
  readonly ofUnknown: number;
}

/** Returns the failed requests of a window by path. */
export function pathErrorsOf({
  counts,
  errorsOfPaths = {},
}: Pick<ServedWindow, 'counts' | 'errorsOfPaths'>): PathErrors {
  const ofPaths: number[] = [];
  let known = 0;
  for (const pairs of Object.values(errorsOfPaths)) {
    for (let at = 0; at < pairs.length; at += 2) {
      const [place = 0, requests = 0] = [pairs[at], pairs[at + 1]];
      while (ofPaths.length <= place) ofPaths.push(0);
      ofPaths[place] = saturatedSum(ofPaths[place] ?? 0, requests);
      known = saturatedSum(known, requests);
    }
  }
  // The larger one: statuses can be folded, and windows of an earlier version have no errors by path.
  const all = Math.max(
    errorsIn(readCountsText(counts.requestsByStatus)),
    requestsIn(counts.requestsByErrorPath.json),
  );
  return { ofPaths, ofUnknown: Math.max(all - known, 0) };
}

function requestsIn(json: Buffer): number {
  let sum = 0;
  eachKey(json, viewOf(json), (_start, _end, requests) => {
    sum = saturatedSum(sum, requests);
  });
  return sum;
}
