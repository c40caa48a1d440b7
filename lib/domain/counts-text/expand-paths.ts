import type { CountsText } from '../counts-text.ts';
import type { ErrorsOfPaths } from '../stored-error-paths.ts';
import { eachKey, viewOf } from './each-key.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
/** A status and a space, quotes, a colon, a comma and the digits of 2^53 − 1. */
const maxBytesBesideKey = 4 + 4 + 16;

/**
 * Writes sums of paths as JSON text by path; those that are 0 are left out.
 * @param sums  one for each key of `paths`; the last ones may be missing, and are 0
 */
export function expandSums({ json }: CountsText, sums: readonly number[]): CountsText {
  const into = new CountsWriter(json.length + sums.length * maxBytesBesideKey);
  eachKey(json, viewOf(json), (start, end, _requests, key) => {
    const sum = sums[key] ?? 0;
    if (sum > 0) into.add('', json, start, end, sum);
  });
  return into.end();
}

/** Writes requests by status and path as JSON text by key, such as `404 GET /x`. */
export function expandErrors({ json }: CountsText, errors: ErrorsOfPaths): CountsText {
  const starts: number[] = [];
  const ends: number[] = [];
  eachKey(json, viewOf(json), (start, end) => {
    starts.push(start);
    ends.push(end);
  });
  const lists = Object.entries(errors);
  let maxBytes = 0;
  for (const [, pairs] of lists) {
    for (let at = 0; at < pairs.length; at += 2) {
      const path = pairs[at] ?? 0;
      maxBytes += (ends[path] ?? 0) - (starts[path] ?? 0) + maxBytesBesideKey;
    }
  }
  const into = new CountsWriter(maxBytes);
  for (const [status, pairs] of lists) {
    const before = `${status} `;
    for (let at = 0; at < pairs.length; at += 2) {
      const path = pairs[at] ?? 0;
      into.add(before, json, starts[path] ?? 0, ends[path] ?? 0, pairs[at + 1] ?? 0);
    }
  }
  return into.end();
}

/**
 * Writes counts into one piece of memory. Keys are copied byte by byte: creating strings of them takes ten times as long, and a
 * `Buffer` for each key three times.
 */
class CountsWriter {
  readonly #bytes: Buffer;
  #length = 1;
  #escapes = 0;

  /** @param maxBytes  of all keys and what comes with them, without the braces */
  constructor(maxBytes: number) {
    this.#bytes = Buffer.allocUnsafe(maxBytes + 2);
    this.#bytes[0] = openBrace;
  }

  /**
   * Adds a key that is JSON text already.
   * @param before  ASCII text in front of the key
   */
  add(before: string, key: Buffer, start: number, end: number, count: number): void {
    const bytes = this.#bytes;
    let to = this.#length;
    if (to > 1) bytes[to++] = comma;
    bytes[to++] = quote;
    for (let at = 0; at < before.length; at++) bytes[to++] = before.charCodeAt(at);
    for (let at = start; at < end; at++) {
      const byte = key[at] ?? 0;
      if (byte === quote || byte === backslash) this.#escapes += 1;
      bytes[to++] = byte;
    }
    bytes[to++] = quote;
    bytes[to++] = colon;
    const digits = String(count);
    for (let at = 0; at < digits.length; at++) bytes[to++] = digits.charCodeAt(at);
    this.#escapes += 2;
    this.#length = to;
  }

  end(): CountsText {
    this.#bytes[this.#length] = closeBrace;
    return { json: this.#bytes.subarray(0, this.#length + 1), escapes: this.#escapes };
  }
}
