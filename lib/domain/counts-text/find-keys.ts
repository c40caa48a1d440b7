const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;
const zero = 0x30;
const nine = 0x39;

/** A key in counts as text. */
export interface FoundKey {
  /** Place of the quote before it. */
  readonly start: number;
  readonly requests: number;
}

/** Finds keys in counts as text, in its order. The others are not parsed. */
export type KeySearch = (json: Buffer) => readonly FoundKey[];

/** Creates a search for one key. A search of 100 kB takes 20 µs, a hundredth of the time of parsing them. */
export function searchForKey(key: string): KeySearch {
  const text = Buffer.from(`${JSON.stringify(key)}:`);
  return (json) => {
    for (let at = json.indexOf(text); at >= 0; at = json.indexOf(text, at + 1)) {
      // A quote within a key has a backslash before it.
      if (json[at - 1] !== backslash) return [{ start: at, requests: requestsAt(json, at + text.length) }];
    }
    return [];
  };
}

/** Creates a search for a path with any method. */
export function searchForPath(path: string): KeySearch {
  const text = Buffer.from(`${JSON.stringify(` ${path}`).slice(1)}:`);
  return (json) => {
    const found: FoundKey[] = [];
    for (let at = json.indexOf(text); at >= 0; at = json.indexOf(text, at + 1)) {
      // The space ends a method if it is the first one of its key.
      let start = at - 1;
      while (json[start] !== quote && json[start] !== space) start -= 1;
      if (json[start] !== quote || json[start - 1] === backslash) continue;
      found.push({ start, requests: requestsAt(json, at + text.length) });
    }
    return found;
  };
}

/**
 * Returns the numbers of keys, in the order of all keys of the text. It reads the text once, however many they are:
 * strangers can give a path 10,000 methods.
 */
export function numbersOf(found: readonly FoundKey[], json: Buffer): readonly number[] {
  let quotes = 0;
  let at = 1;
  return found.map(({ start }) => {
    for (; at < start; at++) {
      const byte = json[at];
      if (byte === quote) quotes += 1;
      else if (byte === backslash) at += 1;
    }
    return quotes / 2;
  });
}

function requestsAt(json: Buffer, start: number): number {
  let requests = 0;
  for (let at = start; ; at++) {
    const byte = json[at] ?? 0;
    if (byte < zero || byte > nine) return requests;
    requests = requests * 10 + byte - zero;
  }
}
