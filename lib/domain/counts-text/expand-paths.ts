import type { CountsText } from '../counts-text.ts';
import type { ErrorsOfPaths } from '../stored-error-paths.ts';
import { TextBytes } from '../text-bytes.ts';
import { eachKey, viewOf } from './each-key.ts';

const quoteByte = Buffer.from('"');
const quote = 0x22;
const backslash = 0x5c;

/**
 * Writes sums of paths as JSON text by path; those that are 0 are left out. Keys are copied as bytes, which takes a
 * tenth of the time of creating strings.
 * @param sums  one for each key of `paths`; the last ones may be missing, and are 0
 */
export function expandSums({ json }: CountsText, sums: readonly number[]): CountsText {
  const into = new TextBytes();
  let escapes = 0;
  let separator = '{';
  eachKey(json, viewOf(json), (start, end, _requests, key) => {
    const sum = sums[key] ?? 0;
    if (sum === 0) return;
    into.text(separator);
    separator = ',';
    escapes += writeKey(into, '', json.subarray(start, end));
    into.text(`:${sum}`);
  });
  into.text(separator === '{' ? '{}' : '}');
  return { json: into.copy(), escapes };
}

/** Writes requests by status and path as JSON text by key, such as `404 GET /x`. */
export function expandErrors({ json }: CountsText, errors: ErrorsOfPaths): CountsText {
  const places: (readonly [start: number, end: number])[] = [];
  eachKey(json, viewOf(json), (start, end) => places.push([start, end]));
  const into = new TextBytes();
  let escapes = 0;
  let separator = '{';
  for (const [status, pairs] of Object.entries(errors)) {
    for (let at = 0; at < pairs.length; at += 2) {
      const [start, end] = places[pairs[at] ?? 0] ?? [0, 0];
      into.text(separator);
      separator = ',';
      escapes += writeKey(into, `${status} `, json.subarray(start, end));
      into.text(`:${pairs[at + 1]}`);
    }
  }
  into.text(separator === '{' ? '{}' : '}');
  return { json: into.copy(), escapes };
}

/** Writes a key that is JSON text already, with plain text before it; returns the number of its `"` and `\`. */
function writeKey(into: TextBytes, before: string, key: Buffer): number {
  into.bytes(quoteByte);
  if (before !== '') into.text(before);
  into.bytes(key);
  into.bytes(quoteByte);
  let escapes = 2;
  for (const byte of key) if (byte === quote || byte === backslash) escapes += 1;
  return escapes;
}
