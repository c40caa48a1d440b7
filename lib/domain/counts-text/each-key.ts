const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const emptyLength = Buffer.byteLength('{}');
const zero = 0x30;

/**
 * Calls back for each key of counts as text, in their order.
 * @param callback  gets the places where the key begins and ends, without its quotes, its requests, and its number
 */
export function eachKey(
  json: Buffer,
  view: DataView,
  callback: (start: number, end: number, requests: number, key: number) => void,
): void {
  let key = 0;
  // A key follows the brace, and then each comma: `"GET /":12`.
  for (let at = 1; json.length > emptyLength && at < json.length - 1;) {
    const start = at + 1;
    const end = endOfKey(json, view, start);
    let requests = 0;
    for (at = end + 2; at < json.length - 1 && json[at] !== comma; at++) {
      requests = requests * 10 + (json[at] ?? 0) - zero;
    }
    at += 1;
    callback(start, end, requests, key);
    key += 1;
  }
}

/** Finds the quote that ends a key, four bytes at a time as long as none of them is one, or a backslash. */
function endOfKey(bytes: Buffer, view: DataView, start: number): number {
  let at = start;
  while (at + 4 <= bytes.length && !hasSpecial(view.getInt32(at, true))) at += 4;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

/** Reports whether one of four bytes is a quote or a backslash: only such a byte becomes zero by one of these XORs. */
function hasSpecial(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const zeros = ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
  return (zeros & 0x80808080) !== 0;
}

/** Returns a view of the same bytes. */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
