import { Largest } from './largest.ts';
import { exactSum, saturatedSum } from './sums.ts';

/** Number of keys that a window keeps for each dimension. */
export interface FoldingLimits {
  readonly maxKeysPerDimension: number;
  /** Bytes of all kept keys together, as JSON. */
  readonly maxKeyTextBytes: number;
}

/** Bytes of key text that every window keeps per dimension, so that one answer can hold it: 1 MiB. */
export const maxKeyTextBytes = 1024 * 1024;

/** The key under which everything is counted that came after a limit was reached. */
export const otherKey = '(other)';

/**
 * Creates a function that adds to `counts`, in place, within the limits. A kept key stays, and its count is exact;
 * the new keys of one call enter by count, then by name, while there is room; the rest is counted under `(other)`. So
 * the total is always exact, and which keys are kept depends only on the order of the calls.
 *
 * @param sum  adds two counts; by default it throws `CountsTooLarge`, after which `counts` must not be used
 */
export function folding(
  counts: Map<string, number>,
  limits: FoldingLimits,
  sum: (a: number, b: number) => number = exactSum,
): (added: ReadonlyMap<string, number>) => void {
  // Checked once, when the first new key comes, since it reads every kept key.
  let room: Room | undefined;

  return (added) => {
    const newKeys: [key: string, requests: number][] = [];
    for (const [key, requests] of added) {
      const counted = counts.get(key);
      if (counted === undefined) newKeys.push([key, requests]);
      else counts.set(key, sum(counted, requests));
    }
    if (newKeys.length === 0) return;

    room ??= roomLeft(counts, limits);
    let folded = 0;
    for (const [key, requests] of newKeys.sort(byRequestsThenName)) {
      const bytes = keyTextBytes(key);
      if (key !== otherKey && room.keys > 0 && room.bytes >= bytes) {
        room.keys -= 1;
        room.bytes -= bytes;
        counts.set(key, requests);
      } else {
        folded = sum(folded, requests);
      }
    }
    if (folded > 0) counts.set(otherKey, sum(counts.get(otherKey) ?? 0, folded));
  };
}

/** Keeps only the `most` largest keys of the counts, largest first, and puts the rest under `(other)`. */
export function keepLargest(counts: ReadonlyMap<string, number>, most: number): Map<string, number> {
  let total = 0;
  for (const requests of counts.values()) total = saturatedSum(total, requests);
  const largest = new Map(largestKeys(counts, most));
  for (const requests of largest.values()) total -= requests;
  if (total > 0) largest.set(otherKey, total);
  return largest;
}

function largestKeys(
  counts: ReadonlyMap<string, number>,
  most: number,
): readonly [key: string, requests: number][] {
  const largest = new Largest(most, byRequestsThenName);
  for (const entry of counts) if (entry[0] !== otherKey) largest.add(entry);
  return largest.sorted();
}

interface Room {
  keys: number;
  bytes: number;
}

function roomLeft(counts: ReadonlyMap<string, number>, limits: FoldingLimits): Room {
  const kept = [...counts.keys()].filter((key) => key !== otherKey);
  return {
    keys: limits.maxKeysPerDimension - kept.length,
    bytes: kept.reduce((bytes, key) => bytes - keyTextBytes(key), limits.maxKeyTextBytes),
  };
}

/** Returns the bytes of a key in JSON, of which windows and answers are made. */
function keyTextBytes(key: string): number {
  return Buffer.byteLength(JSON.stringify(key));
}

function byRequestsThenName([keyA, a]: [string, number], [keyB, b]: [string, number]): number {
  if (a !== b) return b - a;
  return keyA < keyB ? -1 : 1;
}
