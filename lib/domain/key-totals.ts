import { otherKey } from './folding.ts';
import { saturatedSum } from './sums.ts';

/** A key and its requests. */
export interface KeyTotal {
  readonly key: string;
  readonly requests: number;
}

/** Limits of the memory for summing up windows. */
export interface KeyTotalsLimits {
  readonly maxKeys: number;
  /** Length of all keys together, in UTF-16 code units. */
  readonly maxKeyTextLength: number;
}

/** The requests by key of any number of windows, in limited memory. */
export interface KeyTotals {
  add(counts: ReadonlyMap<string, number>): void;
  /**
   * Returns the largest keys, largest first: at most `most`, and as many as fit in `maxBytes` of JSON text. Each
   * count is at most `folded()` too low, and a key that was not kept has at most that many requests.
   */
  largest(most: number, maxBytes: number): KeyTotal[];
  /** Returns the requests whose key is not known: those under `(other)` in windows, and those of dropped keys. */
  folded(): number;
}

/**
 * Sums up exactly while the keys are within the limits. Beyond, it drops the rarer half of them and counts them as
 * folded: one that comes again starts anew, so that no count is ever too high.
 */
export function createKeyTotals({ maxKeys, maxKeyTextLength }: KeyTotalsLimits): KeyTotals {
  let requestsByKey = new Map<string, number>();
  let keyTextLength = 0;
  let folded = 0;

  function letRareKeysGo(): void {
    const kept = new Map<string, number>();
    let keptTextLength = 0;
    // Equal counts stay in the order in which they came: comparing their keys as well takes four times as long.
    for (const [key, requests] of [...requestsByKey].sort(([, a], [, b]) => b - a)) {
      const isKept = kept.size < maxKeys / 2 && keptTextLength + key.length <= maxKeyTextLength / 2;
      if (isKept) {
        kept.set(key, requests);
        keptTextLength += key.length;
      } else {
        folded = saturatedSum(folded, requests);
      }
    }
    requestsByKey = kept;
    keyTextLength = keptTextLength;
  }

  return {
    add(counts) {
      for (const [key, requests] of counts) {
        if (key === otherKey) {
          folded = saturatedSum(folded, requests);
          continue;
        }
        const counted = requestsByKey.get(key);
        if (counted === undefined) keyTextLength += key.length;
        requestsByKey.set(key, saturatedSum(counted ?? 0, requests));
      }
      if (requestsByKey.size > maxKeys || keyTextLength > maxKeyTextLength) letRareKeysGo();
    },
    largest(most, maxBytes) {
      const largest = byRequests(requestsByKey).slice(0, most);
      let bytes = 0;
      const firstTooMany = largest.findIndex((total) => {
        bytes += Buffer.byteLength(JSON.stringify(total));
        return bytes > maxBytes;
      });
      return firstTooMany < 0 ? largest : largest.slice(0, firstTooMany);
    },
    folded: () => folded,
  };
}

function byRequests(requestsByKey: ReadonlyMap<string, number>): KeyTotal[] {
  return [...requestsByKey]
    .map(([key, requests]) => ({ key, requests }))
    .sort((a, b) => (a.requests === b.requests ? (a.key < b.key ? -1 : 1) : b.requests - a.requests));
}
