import { KeyScan } from '../key-totals/key-scan.ts';

const comma = 0x2c;
const emptyLength = Buffer.byteLength('{}');
const zero = 0x30;

/**
 * Calls back for each key of counts as text, in their order.
 * @param callback  gets the places where the key begins and ends, without its quotes, its requests, its number and its hash
 */
export function eachKey(
  json: Buffer,
  view: DataView,
  callback: (start: number, end: number, requests: number, key: number, hash: number) => void,
): void {
  const scan = new KeyScan();
  let key = 0;
  // A key follows the brace, and then each comma: `"GET /":12`.
  for (let at = 1; json.length > emptyLength && at < json.length - 1;) {
    const start = at + 1;
    scan.scan(json, view, start);
    const { end, hash } = scan;
    let requests = 0;
    for (at = end + 2; at < json.length - 1 && json[at] !== comma; at++) {
      requests = requests * 10 + (json[at] ?? 0) - zero;
    }
    at += 1;
    callback(start, end, requests, key, hash);
    key += 1;
  }
}

/** Returns a view of the same bytes. */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
