import { exactSum, saturatedSum } from './sums.ts';

/** How many keys a window keeps for each dimension. */
export interface FoldingLimits {
  readonly maxKeysPerDimension: number;
  /** Bytes of the kept keys together, as they are written in JSON. */
  readonly maxKeyTextBytes: number;
}

/** What every window keeps of the text of a dimension's keys, so that it stays readable in one answer: 1 MiB. */
export const maxKeyTextBytes = 1024 * 1024;

/** The key under which everything is counted that came after a limit was reached. */
export const otherKey = '(other)';

/**
 * Makes what adds to `counts`, in place, within the limits. A key that is kept stays, and its count is exact; the new
 * keys of one call enter by count, then by name, as long as there is room; the rest is counted under `(other)`. So
 * the total is always exact, and which keys are kept depends on nothing but the order of the calls.
 *
 * @param sum  adds two counts; by default it throws `CountsTooLarge`, and then `counts` is of no use any more
 */
export function folding(
  counts: Map<string, number>,
  limits: FoldingLimits,
  sum: (a: number, b: number) => number = exactSum,
): (added: ReadonlyMap<string, number>) => void {
  // Found out when the first new key comes, and once: it takes a look at every key that is kept.
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

/** The counts with only their `most` largest keys, largest first, and the rest under `(other)`. */
export function keepLargest(counts: ReadonlyMap<string, number>, most: number): Map<string, number> {
  let total = 0;
  for (const requests of counts.values()) total = saturatedSum(total, requests);
  const largest = new Map(largestKeys(counts, most));
  for (const requests of largest.values()) total -= requests;
  if (total > 0) largest.set(otherKey, total);
  return largest;
}

/**
 * Sorts now and then, and in between passes over what is smaller than all that is kept: of 600,000 keys, which 60 full
 * minutes may have together, it finds the 10,000 largest in 0.2 s, where sorting them all takes 2 s.
 */
function largestKeys(counts: ReadonlyMap<string, number>, most: number): [key: string, requests: number][] {
  let kept: [key: string, requests: number][] = [];
  let least: [key: string, requests: number] | undefined;
  const sort = () => {
    kept = kept.sort(byRequestsThenName).slice(0, most);
    if (kept.length === most) least = kept.at(-1);
  };
  for (const entry of counts) {
    if (entry[0] === otherKey || (least !== undefined && byRequestsThenName(least, entry) < 0)) continue;
    kept.push(entry);
    if (kept.length >= 2 * most) sort();
  }
  sort();
  return kept;
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

/** As JSON writes it, since that is what a window's size and an answer's size are made of. */
function keyTextBytes(key: string): number {
  return Buffer.byteLength(JSON.stringify(key));
}

function byRequestsThenName([keyA, a]: [string, number], [keyB, b]: [string, number]): number {
  if (a !== b) return b - a;
  return keyA < keyB ? -1 : 1;
}
