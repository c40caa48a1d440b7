import type { CountsText } from './counts-text.ts';
import { otherKey } from './folding.ts';
import { eachKey, viewOf } from './counts-text/each-key.ts';
import { KeyTable } from './key-totals/key-table.ts';
import { placeName } from './key-totals/place-name.ts';
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

/** Limits of one answer: with no more keys than that, it is summed up exactly. A dimension takes less than 50 MB meanwhile. */
export const answerLimits: KeyTotalsLimits = { maxKeys: 50_000, maxKeyTextBytes: 16 * 1_024 * 1_024 };

/** Sums of keys, one for each key; the last ones may be missing, and are 0. */
export type SumList = readonly number[] | undefined;

/** Reports whether a key is wanted, given the place of its JSON text in some bytes. */
export type KeyFilter = (bytes: Buffer, start: number, end: number) => boolean;

/** A place among keys in an order. */
export interface KeyPlace {
  readonly value: number;
  /** See `placeName`. */
  readonly name: string;
}

/** An order of keys: the largest value first; keys of equal values by name. */
export interface KeyOrder {
  /** @param sumOf  returns one of the sums of the key */
  readonly valueOf: (requests: number, sumOf: (list: number) => number) => number;
  /** Only keys behind this place. */
  readonly after?: KeyPlace | undefined;
}

/** Sums besides the requests, and the order in which keys are dropped. */
export interface KeyTotalsOptions {
  /** Number of lists of sums beside the requests. */
  readonly lists?: number;
  /** The list whose smallest sums are dropped first; without it, those with fewest requests are. */
  readonly keptBy?: number | undefined;
}

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
   * Subtracts the counts of a window from those of longer ones that include it and have no key under `(other)`. Reports whether
   * they did include it; if not, these totals are of no use any more.
   * @param sums  as for `add`
   */
  subtract(counts: CountsText, sums?: readonly SumList[]): boolean;
  /**
   * Returns the largest keys, largest first: at most `most`, and as many as fit in `maxBytes` of JSON text. Each
   * count is at most `folded()` too low, and a key that was not kept has at most that many requests.
   */
  largest(most: number, maxBytes: number): KeyTotal[];
  /** Returns the first keys of an order, at most `most`. */
  inOrder(order: KeyOrder, most: number): readonly KeyTotal[];
  /** Returns the requests whose key is not known: those under `(other)` in windows, and those of dropped keys. */
  folded(): number;
  /** Returns the requests of all wanted keys together; those under `(other)` are included where all keys are wanted. */
  requests(): number;
  /** Returns the sums beside these requests, one for each list. */
  foldedSums(): readonly number[];
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
 */
export function createKeyTotals(
  { maxKeys, maxKeyTextBytes }: KeyTotalsLimits,
  { lists = 0, keptBy }: KeyTotalsOptions = {},
): KeyTotals {
  let table = new KeyTable(lists);
  let folded = 0;
  let all = 0;
  const totals = Array.from({ length: lists }, () => 0);
  const foldedSums = Array.from({ length: lists }, () => 0);

  function letRareKeysGo(): void {
    const kept = new KeyTable(lists);
    const requests = table.requests();
    const rank = keptBy === undefined ? requests : table.sums(keptBy);
    // Equal counts stay in the order in which they came: comparing their keys as well takes four times as long.
    for (const key of [...requests.keys()].sort((a, b) => (rank[b] ?? 0) - (rank[a] ?? 0))) {
      const isKept = kept.size < maxKeys / 2 && kept.textBytes + table.lengthOf(key) <= maxKeyTextBytes / 2;
      const its = requests[key] ?? 0;
      if (isKept) {
        const bytes = table.bytesOf(key);
        const place = kept.add(bytes, viewOf(bytes), 0, bytes.length, table.hashOf(key), its);
        for (let list = 0; list < lists; list++) kept.addTo(list, place, table.sumOf(list, key));
      } else {
        folded = saturatedSum(folded, its);
        for (let list = 0; list < lists; list++) addTo(foldedSums, list, table.sumOf(list, key));
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
          for (let list = 0; list < lists; list++) addTo(foldedSums, list, sums[list]?.[key] ?? 0);
          if (isWanted !== undefined) return;
        } else if (isWanted === undefined || isWanted(json, start, end)) {
          sum = saturatedSum(sum, requests);
          place = table.add(json, view, start, end, hash, requests);
        } else return;
        all = saturatedSum(all, requests);
        for (let list = 0; list < lists; list++) {
          const value = sums[list]?.[key] ?? 0;
          addTo(totals, list, value);
          if (place !== undefined) table.addTo(list, place, value);
        }
      });
      if (table.size > maxKeys || table.textBytes > maxKeyTextBytes) letRareKeysGo();
      return sum;
    },
    subtract({ json }, sums = []) {
      const view = viewOf(json);
      let isIncluded = true;
      eachKey(json, view, (start, end, requests, key, hash) => {
        const place = table.find(json, view, start, end, hash);
        if (place === undefined || !table.take(place, requests)) {
          isIncluded = false;
          return;
        }
        all -= requests;
        for (let list = 0; list < lists; list++) {
          const value = sums[list]?.[key] ?? 0;
          totals[list] = (totals[list] ?? 0) - value;
          isIncluded &&= table.takeFrom(list, place, value);
        }
      });
      return isIncluded;
    },
    largest(most, maxBytes) {
      const largest: KeyTotal[] = [];
      let bytes = 0;
      for (const total of keysInOrder(table, byRequests, most)) {
        bytes += Buffer.byteLength(JSON.stringify(total));
        if (bytes > maxBytes) break;
        largest.push(total);
      }
      return largest;
    },
    inOrder: (order, most) => keysInOrder(table, order, most),
    folded: () => folded,
    requests: () => all,
    foldedSums: () => foldedSums,
    sums: () => totals,
  };
}

const byRequests: KeyOrder = { valueOf: (requests) => requests };

interface PlacedKey extends KeyPlace {
  readonly total: KeyTotal;
}

/** Finds the first keys of an order. Most keys of windows are rare, and no string is created for them. */
function keysInOrder(table: KeyTable, { valueOf, after }: KeyOrder, most: number): readonly KeyTotal[] {
  const first = new Largest<PlacedKey>(most, byPlace);
  for (const [place, requests] of table.requests().entries()) {
    if (requests === 0) continue; // all of them were subtracted
    const value = valueOf(requests, (list) => table.sumOf(list, place));
    const { least } = first;
    if (value > (after?.value ?? Infinity) || value < (least?.value ?? -Infinity)) continue;
    const total = withSums(table, place, requests);
    const placed = { value, name: placeName(total.key), total };
    if (after === undefined || byPlace(after, placed) < 0) first.add(placed);
  }
  return first.sorted().map(({ total }) => total);
}

function withSums(table: KeyTable, place: number, requests: number): KeyTotal {
  const key = keyText(table.bytesOf(place));
  if (table.lists === 0) return { key, requests };
  return { key, requests, sums: Array.from({ length: table.lists }, (_, list) => table.sumOf(list, place)) };
}

function byPlace(a: KeyPlace, b: KeyPlace): number {
  if (a.value !== b.value) return b.value - a.value;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function keyText(bytes: Buffer): string {
  const text = bytes.toString();
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}

function addTo(sums: number[], list: number, value: number): void {
  sums[list] = saturatedSum(sums[list] ?? 0, value);
}

function isOther(bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== otherBytes.length || bytes[start] !== otherBytes[0]) return false;
  return bytes.subarray(start, end).equals(otherBytes);
}
