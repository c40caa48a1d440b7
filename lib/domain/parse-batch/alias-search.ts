import type { FoundField, FoundFields, FoundValue, Meaning } from '../field-aliases/find-fields.ts';
import { NamePaths, type NamePath } from '../field-aliases/name-paths.ts';
import {
  afterComma,
  afterString,
  afterValue,
  afterWhiteSpace,
  code,
  isEscaped,
  valueAfterName,
  type LineBreak,
} from './json-scanner.ts';
import type { TextWindow } from './text-window.ts';
import { unescape } from './unescape.ts';

const names = new NamePaths();

/** Kinds of fields to search for, as bits. */
export const wanted = { receivedAt: 1, requestLine: 2, userAgent: 4, status: 8, facts: 16 } as const;

const bitOf: Readonly<Record<FoundField, number>> = {
  receivedAt: wanted.receivedAt,
  method: wanted.requestLine,
  path: wanted.requestLine,
  query: wanted.requestLine,
  request: wanted.requestLine,
  userAgent: wanted.userAgent,
  status: wanted.status,
  bytes: wanted.facts,
  durationMs: wanted.facts,
  referrer: wanted.facts,
  host: wanted.facts,
  clientIp: wanted.facts,
  country: wanted.facts,
  mark: wanted.facts | wanted.receivedAt,
};
/** The same depth as in `FieldSearch`. */
const maxDepth = 6;
/** Longer than any name with all its characters escaped. */
const maxEscapedNameLength = 256;

/**
 * A search for the fields of an entry under the names that other programs give them, in the bytes of an object that is
 * known to be JSON. It finds what `FieldSearch` finds in a parsed object, which a property test compares, but builds
 * only the values that have a meaning, so an object of any shape takes time in proportion to its length. If a name
 * comes twice, its last value counts.
 */
export class AliasSearch {
  readonly #bytes: Uint8Array;
  readonly #text: TextWindow;
  readonly #lineBreak: LineBreak;
  #wanted = 0;
  #found: Partial<Record<FoundField, FoundValue[]>> = {};

  constructor(body: Uint8Array, text: TextWindow, lineBreak: LineBreak) {
    this.#bytes = body;
    this.#text = text;
    this.#lineBreak = lineBreak;
  }

  /**
   * Reports whether a field of the object, whose name `afterString` read, may have a meaning or hold fields that have
   * one.
   */
  mayKnow(name: number, afterName: number): boolean {
    return this.#placeIn(names.root, name, afterName) !== undefined;
  }

  /** Finds the `wanted` fields of the object that starts at a position. */
  find(start: number, wantedBits: number): FoundFields {
    const found = {};
    this.#wanted = wantedBits;
    this.#found = found;
    this.#enter(names.root, start, 0);
    return found;
  }

  /** Looks into a value; returns the position after it. */
  #enter(place: NamePath, start: number, depth: number): number {
    const first = this.#bytes[start];
    if (first === code.openBrace && place.isEntered && depth < maxDepth)
      return this.#enterObject(place, start, depth);
    if (first === code.openBracket && depth < maxDepth) return this.#enterList(place, start, depth);
    const after = afterValue(this.#bytes, start, this.#lineBreak);
    if (first === code.quote || first === code.minus || isDigit(first)) this.#take(place, start, after);
    return after;
  }

  #enterObject(place: NamePath, start: number, depth: number): number {
    let at = this.#skipSpace(start + 1);
    while (this.#bytes[at] !== code.closeBrace) {
      const afterName = afterString(this.#bytes, at);
      const value = valueAfterName(this.#bytes, afterName, this.#lineBreak);
      const inner = this.#placeIn(place, at, afterName);
      at =
        inner === undefined
          ? afterValue(this.#bytes, value, this.#lineBreak)
          : this.#enter(inner, value, depth + 1);
      at = afterComma(this.#bytes, at, this.#lineBreak);
    }
    return at + 1;
  }

  /** Takes the first value of a list, such as those of a header; or the values of a list of names and values. */
  #enterList(place: NamePath, start: number, depth: number): number {
    let at = this.#skipSpace(start + 1);
    const first = this.#bytes[at];
    if (first !== code.openBrace && first !== code.openBracket && first !== code.closeBracket) {
      this.#enter(place, at, depth + 1);
    }
    const hasPairs = first === code.openBrace || first === code.openBracket;
    if (!hasPairs || !place.isEntered) return afterValue(this.#bytes, start, this.#lineBreak);
    while (this.#bytes[at] !== code.closeBracket) {
      const pair = this.#bytes[at];
      if (pair === code.openBrace) this.#enterPair(place, at, depth);
      else if (pair === code.openBracket) this.#enterListedPair(place, at, depth);
      at = afterComma(this.#bytes, afterValue(this.#bytes, at, this.#lineBreak), this.#lineBreak);
    }
    return at + 1;
  }

  #enterPair(place: NamePath, start: number, depth: number): void {
    let name: readonly [number, number] | undefined;
    let nameOfKey: readonly [number, number] | undefined;
    let value: number | undefined;
    for (let at = this.#skipSpace(start + 1); this.#bytes[at] !== code.closeBrace;) {
      const afterName = afterString(this.#bytes, at);
      const valueStart = valueAfterName(this.#bytes, afterName, this.#lineBreak);
      const key = isEscaped(afterName) ? '' : this.#text.between(at + 1, Math.min(afterName - 1, at + 7));
      if (key === 'value') value = valueStart;
      if (key === 'name') name = this.#textAt(valueStart);
      if (key === 'key') nameOfKey = this.#textAt(valueStart);
      at = afterComma(this.#bytes, afterValue(this.#bytes, valueStart, this.#lineBreak), this.#lineBreak);
    }
    this.#enterNamed(place, name ?? nameOfKey, value, depth);
  }

  /** Looks into a list of a name and a value. */
  #enterListedPair(place: NamePath, start: number, depth: number): void {
    const at = this.#skipSpace(start + 1);
    if (this.#bytes[at] !== code.quote) return;
    const value = afterComma(this.#bytes, afterValue(this.#bytes, at, this.#lineBreak), this.#lineBreak);
    const isAlone = this.#bytes[value] === code.closeBracket;
    this.#enterNamed(place, this.#textAt(at), isAlone ? undefined : value, depth);
  }

  #enterNamed(
    place: NamePath,
    name: readonly [number, number] | undefined,
    value: number | undefined,
    depth: number,
  ): void {
    const inner = name === undefined ? undefined : this.#placeIn(place, ...name);
    if (inner !== undefined && value !== undefined) this.#enter(inner, value, depth + 1);
  }

  /** Returns the start of a text and what `afterString` returns for it; `undefined` for another value. */
  #textAt(start: number): readonly [number, number] | undefined {
    return this.#bytes[start] === code.quote ? [start, afterString(this.#bytes, start)] : undefined;
  }

  #take({ meanings }: NamePath, start: number, after: number): void {
    let value: string | number | undefined;
    for (const meaning of meanings) {
      if ((bitOf[meaning.field] & this.#wanted) === 0) continue;
      value ??= this.#valueAt(start, after);
      this.#add(meaning, value);
    }
  }

  #valueAt(start: number, after: number): string | number {
    const text = this.#text.between(start, after);
    if (!text.startsWith('"')) return Number(text);
    return text.includes('\\') ? unescape(text.slice(1, -1)) : text.slice(1, -1);
  }

  #add({ field, rank, name }: Meaning, value: string | number): void {
    const values = this.#found[field];
    const found = { name, rank, value };
    if (values === undefined) {
      this.#found[field] = [found];
      return;
    }
    let at = values.length;
    while (at > 0 && (values[at - 1]?.rank ?? 0) > rank) at -= 1;
    if (values[at - 1]?.rank === rank) values[at - 1] = found;
    else values.splice(at, 0, found);
  }

  #placeIn(parent: NamePath, start: number, afterName: number): NamePath | undefined {
    if (!isEscaped(afterName)) return names.within(parent, this.#bytes, start + 1, afterName - 1);
    if (~afterName - start > maxEscapedNameLength) return undefined;
    const name = Buffer.from(unescape(this.#text.between(start + 1, ~afterName - 1)));
    return names.within(parent, name, 0, name.length);
  }

  #skipSpace(at: number): number {
    return afterWhiteSpace(this.#bytes, at, this.#lineBreak);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
