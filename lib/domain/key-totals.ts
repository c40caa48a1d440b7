import type { CountsText } from './counts-text.ts';
import { otherKey } from './folding.ts';
import { eachKey, viewOf } from './counts-text/each-key.ts';
import { KeyTable } from './key-totals/key-table.ts';
import { Largest } from './largest.ts';
import { saturatedSum } from './sums.ts';

/** A key and its requests. */
export interface KeyTotal {
  readonly key: string;
  readonly requests: number;
  /** One for each list of sums that was added; absent where there are none. */
  readonly sums?: readonly number[];
}

/** Limits of the memory for summing up windows. */
export interface KeyTotalsLimits {
  readonly maxKeys: number;
  /** Bytes of all keys together, in JSON. */
  readonly maxKeyTextBytes: number;
}

/** Sums of keys, one for each key; the last ones may be missing, and are 0. */
export type SumList = readonly number[] | undefined;

/** Reports whether a key is wanted, given the place of its JSON text in some bytes. */
export type KeyFilter = (bytes: Buffer, start: number, end: number) => boolean;

/** The requests by key of any number of windows, in limited memory. */
export interface KeyTotals {
  /**
   * Adds the counts of a window; those under `(other)` are always included.
   * @param isWanted  default: all keys
   * @param sums      lists of sums beside the requests, in the order of the keys; missing ones are 0
   * @returns the requests of the wanted keys, without those under `(other)`
   */
  add(counts: CountsText, isWanted?: KeyFilter, sums?: readonly SumList[]): number;
  /**
   * Returns the largest keys, largest first: at most `most`, and as many as fit in `maxBytes` of JSON text. Each
   * count is at most `folded()` too low, and a key that was not kept has at most that many requests.
   */
  largest(most: number, maxBytes: number): KeyTotal[];
  /** Returns the requests whose key is not known: those under `(other)` in windows, and those of dropped keys. */
  folded(): number;
  /** Returns the requests of all wanted keys together; those under `(other)` are included where all keys are wanted. */
  requests(): number;
  /**
   * Returns the sums of all wanted keys together, one for each list; those under `(other)` are included where all keys
   * are wanted.
   */
  sums(): readonly number[];
}

const otherBytes = Buffer.from(otherKey);

/**
 * Sums up exactly while the keys are within the limits. Beyond, it drops the rarer half of them and counts them as
 * folded: one that comes again starts anew, so that no count is ever too high.
 * @param lists  number of lists of sums beside the requests
 */
export function createKeyTotals({ maxKeys, maxKeyTextBytes }: KeyTotalsLimits, lists = 0): KeyTotals {
  let table = new KeyTable(lists);
  let folded = 0;
  let all = 0;
  const totals = Array.from({ length: lists }, () => 0);

  function letRareKeysGo(): void {
    const kept = new KeyTable(lists);
    const requests = table.requests();
    // Equal counts stay in the order in which they came: comparing their keys as well takes four times as long.
    for (const key of [...requests.keys()].sort((a, b) => (requests[b] ?? 0) - (requests[a] ?? 0))) {
      const isKept = kept.size < maxKeys / 2 && kept.textBytes + table.lengthOf(key) <= maxKeyTextBytes / 2;
      const its = requests[key] ?? 0;
      if (isKept) {
        const bytes = table.bytesOf(key);
        const place = kept.add(bytes, viewOf(bytes), 0, bytes.length, table.hashOf(key), its);
        for (let list = 0; list < lists; list++) kept.addTo(list, place, table.sumOf(list, key));
      } else {
        folded = saturatedSum(folded, its);
      }
    }
    table = kept;
  }

  return {
    add({ json }, isWanted, sums = []) {
      const view = viewOf(json);
      let sum = 0;
      eachKey(json, view, (start, end, requests, key, hash) => {
        let place: number | undefined;
        if (isOther(json, start, end)) {
          folded = saturatedSum(folded, requests);
          if (isWanted !== undefined) return;
        } else if (isWanted === undefined || isWanted(json, start, end)) {
          sum = saturatedSum(sum, requests);
          place = table.add(json, view, start, end, hash, requests);
        } else return;
        all = saturatedSum(all, requests);
        for (let list = 0; list < lists; list++) {
          const value = sums[list]?.[key] ?? 0;
          totals[list] = saturatedSum(totals[list] ?? 0, value);
          if (place !== undefined) table.addTo(list, place, value);
        }
      });
      if (table.size > maxKeys || table.textBytes > maxKeyTextBytes) letRareKeysGo();
      return sum;
    },
    largest(most, maxBytes) {
      const largest: KeyTotal[] = [];
      let bytes = 0;
      for (const total of largestKeys(table, most)) {
        bytes += Buffer.byteLength(JSON.stringify(total));
        if (bytes > maxBytes) break;
        largest.push(total);
      }
      return largest;
    },
    folded: () => folded,
    requests: () => all,
    sums: () => totals,
  };
}

/** Finds the largest keys. Most keys of windows are rare, and no string is created for them. */
function largestKeys(table: KeyTable, most: number): readonly KeyTotal[] {
  const largest = new Largest(most, byRequests);
  for (const [place, requests] of table.requests().entries()) {
    const { least } = largest;
    if (least === undefined || requests >= least.requests) largest.add(withSums(table, place, requests));
  }
  return largest.sorted();
}

function withSums(table: KeyTable, place: number, requests: number): KeyTotal {
  const key = keyText(table.bytesOf(place));
  if (table.lists === 0) return { key, requests };
  return { key, requests, sums: Array.from({ length: table.lists }, (_, list) => table.sumOf(list, place)) };
}

function byRequests(a: KeyTotal, b: KeyTotal): number {
  if (a.requests !== b.requests) return b.requests - a.requests;
  return a.key < b.key ? -1 : 1;
}

function keyText(bytes: Buffer): string {
  const text = bytes.toString();
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}

function isOther(bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== otherBytes.length || bytes[start] !== otherBytes[0]) return false;
  return bytes.subarray(start, end).equals(otherBytes);
}
