import type { CountsText } from './counts-text.ts';
import { otherKey } from './folding.ts';
import { KeyScan } from './key-totals/key-scan.ts';
import { KeyTable, viewOf } from './key-totals/key-table.ts';
import { Largest } from './largest.ts';
import { saturatedSum } from './sums.ts';

/** A key and its requests. */
export interface KeyTotal {
  readonly key: string;
  readonly requests: number;
}

/** Limits of the memory for summing up windows. */
export interface KeyTotalsLimits {
  readonly maxKeys: number;
  /** Bytes of all keys together, in JSON. */
  readonly maxKeyTextBytes: number;
}

/** Reports whether a key is wanted, given the place of its JSON text in some bytes. */
export type KeyFilter = (bytes: Buffer, start: number, end: number) => boolean;

/** The requests by key of any number of windows, in limited memory. */
export interface KeyTotals {
  /**
   * Adds the counts of a window; those under `(other)` are always included.
   * @param isWanted  default: all keys
   * @returns the requests of the wanted keys, without those under `(other)`
   */
  add(counts: CountsText, isWanted?: KeyFilter): number;
  /**
   * Returns the largest keys, largest first: at most `most`, and as many as fit in `maxBytes` of JSON text. Each
   * count is at most `folded()` too low, and a key that was not kept has at most that many requests.
   */
  largest(most: number, maxBytes: number): KeyTotal[];
  /** Returns the requests whose key is not known: those under `(other)` in windows, and those of dropped keys. */
  folded(): number;
}

const zero = 0x30;
const comma = 0x2c;
const emptyLength = Buffer.byteLength('{}');
const otherBytes = Buffer.from(otherKey);

/**
 * Sums up exactly while the keys are within the limits. Beyond, it drops the rarer half of them and counts them as
 * folded: one that comes again starts anew, so that no count is ever too high.
 */
export function createKeyTotals({ maxKeys, maxKeyTextBytes }: KeyTotalsLimits): KeyTotals {
  const key = new KeyScan();
  let table = new KeyTable();
  let folded = 0;

  function letRareKeysGo(): void {
    const kept = new KeyTable();
    const requests = table.requests();
    // Equal counts stay in the order in which they came: comparing their keys as well takes four times as long.
    for (const key of [...requests.keys()].sort((a, b) => (requests[b] ?? 0) - (requests[a] ?? 0))) {
      const isKept = kept.size < maxKeys / 2 && kept.textBytes + table.lengthOf(key) <= maxKeyTextBytes / 2;
      const its = requests[key] ?? 0;
      if (isKept) {
        const bytes = table.bytesOf(key);
        kept.add(bytes, viewOf(bytes), 0, bytes.length, table.hashOf(key), its);
      } else {
        folded = saturatedSum(folded, its);
      }
    }
    table = kept;
  }

  return {
    add({ json }, isWanted) {
      const view = viewOf(json);
      let sum = 0;
      // A key follows the brace, and then each comma: `"GET /":12`.
      for (let at = 1; json.length > emptyLength && at < json.length - 1;) {
        const keyStart = at + 1;
        key.scan(json, view, keyStart);
        const { end: keyEnd, hash } = key;
        let requests = 0;
        for (at = keyEnd + 2; at < json.length - 1 && json[at] !== comma; at++) {
          requests = requests * 10 + (json[at] ?? 0) - zero;
        }
        at += 1;
        if (isOther(json, keyStart, keyEnd)) {
          folded = saturatedSum(folded, requests);
        } else if (isWanted === undefined || isWanted(json, keyStart, keyEnd)) {
          sum = saturatedSum(sum, requests);
          table.add(json, view, keyStart, keyEnd, hash, requests);
        }
      }
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
  };
}

/** Finds the largest keys. Most keys of windows are rare, and no string is created for them. */
function largestKeys(table: KeyTable, most: number): readonly KeyTotal[] {
  const largest = new Largest(most, byRequests);
  for (const [place, requests] of table.requests().entries()) {
    const { least } = largest;
    if (least === undefined || requests >= least.requests)
      largest.add({ key: keyText(table.bytesOf(place)), requests });
  }
  return largest.sorted();
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
