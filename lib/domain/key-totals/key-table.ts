import { viewOf } from '../counts-text/each-key.ts';

/** Least number of slots per key; with more slots there are fewer collisions. */
const slotsPerKey = 2;
const firstKeys = 1_024;
/**
 * A key that is not found in this many slots is in `#crowded`, so that nobody can make a search long by choosing
 * keys.
 */
const maxProbes = 16;
/** The result of a search that found neither the key nor a free slot. */
const crowded = -(2 ** 31);
const maxRequests = Number.MAX_SAFE_INTEGER;

/**
 * Requests by key, where keys are bytes of a larger text: a hash table that creates no string for a key. A `Map`
 * takes four times as long for the 10,000 keys of a full minute, mostly to create their strings.
 */
export class KeyTable {
  #slots = new Int32Array(slotsPerKey * firstKeys);
  #hashes = new Int32Array(firstKeys);
  #ends = new Uint32Array(firstKeys);
  #requests = new Float64Array(firstKeys);
  /** Sums beside the requests, by list and key. */
  readonly #sums: Float64Array[];
  #text = Buffer.allocUnsafe(32 * firstKeys);
  #view = viewOf(this.#text);
  #size = 0;
  /** Keys whose slots are taken by others, by their bytes as Latin-1: a `Map` hashes with its own secret. */
  #crowded = new Map<string, number>();

  /** @param lists  number of sums of each key beside its requests */
  constructor(lists = 0) {
    this.#sums = Array.from({ length: lists }, () => new Float64Array(firstKeys));
  }

  /** Number of sums of each key beside its requests. */
  get lists(): number {
    return this.#sums.length;
  }

  /** Number of keys. */
  get size(): number {
    return this.#size;
  }

  /** Length of all keys together, in bytes. */
  get textBytes(): number {
    return this.#endOf(this.#size - 1);
  }

  /**
   * Adds requests to the key between two places of the bytes; no sum exceeds 2^53 − 1.
   * @param view  a view of the same bytes
   * @param hash  the one that `KeyScan` found for it
   * @returns the number of the key
   */
  add(bytes: Buffer, view: DataView, start: number, end: number, hash: number, requests: number): number {
    const found = this.#search(bytes, view, start, end, hash);
    if (found >= 0) return this.#raise(found, requests);
    if (found !== crowded) {
      const added = this.#append(bytes, start, end, hash, requests);
      this.#slots[~found] = added + 1;
      if (this.#size * slotsPerKey > this.#slots.length) this.#spread();
      return added;
    }
    const name = bytes.toString('latin1', start, end);
    const key = this.#crowded.get(name);
    if (key !== undefined) return this.#raise(key, requests);
    const added = this.#append(bytes, start, end, hash, requests);
    this.#crowded.set(name, added);
    return added;
  }

  /**
   * Finds the key between two places of the bytes; returns `undefined` if it was not added.
   * @param view  a view of the same bytes
   * @param hash  the one that `KeyScan` found for it
   */
  find(bytes: Buffer, view: DataView, start: number, end: number, hash: number): number | undefined {
    const found = this.#search(bytes, view, start, end, hash);
    if (found >= 0) return found;
    return found === crowded ? this.#crowded.get(bytes.toString('latin1', start, end)) : undefined;
  }

  /** Takes requests from a key; reports whether it had as many. */
  take(key: number, requests: number): boolean {
    const left = (this.#requests[key] ?? 0) - requests;
    if (left >= 0) this.#requests[key] = left;
    return left >= 0;
  }

  /** Takes from a sum of a key beside its requests; reports whether it was as large. */
  takeFrom(list: number, key: number, value: number): boolean {
    const left = this.sumOf(list, key) - value;
    const sums = this.#sums[list];
    if (left >= 0 && sums !== undefined) sums[key] = left;
    return left >= 0;
  }

  /** Adds to a sum of a key beside its requests; none exceeds 2^53 − 1. */
  addTo(list: number, key: number, value: number): void {
    const sums = this.#sums[list];
    if (sums !== undefined && value > 0) sums[key] = Math.min((sums[key] ?? 0) + value, maxRequests);
  }

  /** Returns a sum of a key beside its requests. */
  sumOf(list: number, key: number): number {
    return this.#sums[list]?.[key] ?? 0;
  }

  /** Returns the requests of each key, by the number of the key, which follows the order in which keys came. */
  requests(): Float64Array {
    return this.#requests.subarray(0, this.#size);
  }

  /** Returns one of the sums of each key beside its requests, in the same order. */
  sums(list: number): Float64Array {
    return this.#sums[list]?.subarray(0, this.#size) ?? new Float64Array(this.#size);
  }

  /** Returns the length of a key in bytes. */
  lengthOf(key: number): number {
    return this.#endOf(key) - this.#endOf(key - 1);
  }

  /** Returns the hash of a key. */
  hashOf(key: number): number {
    return this.#hashes[key] ?? 0;
  }

  /** Returns the bytes of a key; they are only valid until the next addition. */
  bytesOf(key: number): Buffer {
    return this.#text.subarray(this.#endOf(key - 1), this.#endOf(key));
  }

  /** Returns the number of a key; `~slot`, which is negative, for the free slot where it would be; or `crowded`. */
  #search(bytes: Buffer, view: DataView, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < maxProbes; probe++) {
      const slot = (hash + probe) & mask;
      const key = (this.#slots[slot] ?? 0) - 1;
      if (key < 0) return ~slot;
      if (this.#hashes[key] === hash && this.#isKey(key, bytes, view, start, end)) return key;
    }
    return crowded;
  }

  #raise(key: number, requests: number): number {
    this.#requests[key] = Math.min((this.#requests[key] ?? 0) + requests, maxRequests);
    return key;
  }

  #endOf(key: number): number {
    return key < 0 ? 0 : (this.#ends[key] ?? 0);
  }

  #isKey(key: number, bytes: Buffer, view: DataView, start: number, end: number): boolean {
    const [text, textView] = [this.#text, this.#view];
    let place = this.#endOf(key - 1);
    if (this.#endOf(key) - place !== end - start) return false;
    let at = start;
    for (; at + 4 <= end; at += 4, place += 4) {
      if (view.getInt32(at, true) !== textView.getInt32(place, true)) return false;
    }
    for (; at < end; at++, place++) if (bytes[at] !== text[place]) return false;
    return true;
  }

  #append(bytes: Buffer, start: number, end: number, hash: number, requests: number): number {
    const key = this.#size;
    const place = this.textBytes;
    this.#makeRoom(key + 1, place + end - start);
    bytes.copy(this.#text, place, start, end);
    this.#ends[key] = place + end - start;
    this.#hashes[key] = hash;
    this.#requests[key] = requests;
    this.#size += 1;
    return key;
  }

  #makeRoom(keys: number, textBytes: number): void {
    if (keys > this.#hashes.length) {
      this.#hashes = grown(this.#hashes, new Int32Array(2 * keys));
      this.#ends = grown(this.#ends, new Uint32Array(2 * keys));
      this.#requests = grown(this.#requests, new Float64Array(2 * keys));
      for (const [list, sums] of this.#sums.entries()) {
        this.#sums[list] = grown(sums, new Float64Array(2 * keys));
      }
    }
    if (textBytes > this.#text.length) {
      this.#text = grown(this.#text, Buffer.allocUnsafe(2 * textBytes));
      this.#view = viewOf(this.#text);
    }
  }

  /** Distributes all keys over twice as many slots. */
  #spread(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    this.#crowded = new Map();
    const mask = this.#slots.length - 1;
    for (let key = 0; key < this.#size; key++) {
      const hash = this.#hashes[key] ?? 0;
      let probe = 0;
      while (probe < maxProbes && this.#slots[(hash + probe) & mask] !== 0) probe += 1;
      if (probe < maxProbes) this.#slots[(hash + probe) & mask] = key + 1;
      else this.#crowded.set(this.bytesOf(key).toString('latin1'), key);
    }
  }
}

function grown<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
