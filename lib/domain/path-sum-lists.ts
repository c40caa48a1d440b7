import { eachKey, viewOf } from './counts-text/each-key.ts';
import type { SumList } from './key-totals.ts';
import type { ServedWindow } from './served-window.ts';

/** Returns the sums of a window's paths in the order of their keys: bytes, milliseconds, and requests with a duration. */
export function pathSumLists({ counts, measures }: Pick<ServedWindow, 'counts' | 'measures'>): SumList[] {
  if (measures === undefined) return [];
  const { pathBytes, pathDurationMs, pathTimed, durations } = measures;
  const timed = durations === undefined ? undefined : (pathTimed ?? requestsOf(counts.requestsByPath.json));
  return [pathBytes, pathDurationMs, timed];
}

function requestsOf(json: Buffer): number[] {
  const list: number[] = [];
  eachKey(json, viewOf(json), (_start, _end, requests) => list.push(requests));
  return list;
}
