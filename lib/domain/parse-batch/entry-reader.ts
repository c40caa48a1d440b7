import { AliasSearch } from './alias-search.ts';
import { RejectedLine } from './rejected-line.ts';
import { RepeatedTexts } from './repeated-texts.ts';
import { hasOwnFields, missingIn, takeAliases } from './take-aliases.ts';
import { TextWindow } from './text-window.ts';
import { unescape } from './unescape.ts';
import {
  afterString,
  afterValue,
  afterWhiteSpace,
  code,
  isEscaped,
  malformed,
  positionOf,
  type LineBreak,
} from './json-scanner.ts';

/** Result of reading text that is not JSON. */
export const notJson = Symbol('not JSON');

/**
 * Reads JSON values of a body one after the other, as far as they can be entries. An object is read as the fields of an
 * entry; an array or object inside a field is read as an empty one. Missing fields are taken from fields to which other
 * programs give other names. All other parts are checked and skipped, so they cost next to nothing.
 */
export class EntryReader {
  readonly #bytes: Buffer;
  readonly #text: TextWindow;
  readonly #fields: readonly FieldName[];
  readonly #lineBreak: LineBreak;
  readonly #aliases: AliasSearch;
  /** The index of the most likely next field. */
  #next = 0;
  at: number;
  /** True if the object that was read last had a field of an entry, facts apart, under the entry's own name. */
  hadOwnFields = false;

  /** @param repeatedNames  names of the fields whose texts are mostly those of other entries, too */
  constructor(
    body: Buffer,
    fieldNames: readonly string[],
    start: number,
    lineBreak: LineBreak,
    repeatedNames: readonly string[] = [],
  ) {
    this.#bytes = body;
    this.#text = new TextWindow(body);
    this.#fields = fieldNames.map((name) => {
      const hasTexts = body.length > smallBytes && repeatedNames.includes(name);
      return { name, bytes: Buffer.from(name), texts: hasTexts ? new RepeatedTexts() : undefined };
    });
    this.#lineBreak = lineBreak;
    this.#aliases = new AliasSearch(body, this.#text, lineBreak);
    this.at = start;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  skipWhiteSpace(): void {
    this.at = afterWhiteSpace(this.#bytes, this.at, this.#lineBreak);
  }

  /** Skips `byte`; returns false if it is not next. */
  skip(byte: number): boolean {
    if (this.#bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  /** Reads a value and, if it is JSON, moves past it. */
  read(): unknown {
    return this.#bytes[this.at] === code.openBrace ? this.#readObject() : this.#readValue();
  }

  #readObject(): unknown {
    const bytes = this.#bytes;
    const lineBreak = this.#lineBreak;
    const object: Record<string, unknown> = {};
    const start = this.at;
    let hasOthers = false;
    let at = afterWhiteSpace(bytes, this.at + 1, lineBreak);
    let isClosed = bytes[at] === code.closeBrace;
    while (!isClosed) {
      const name = at;
      const afterName = afterString(bytes, name);
      if (afterName === malformed) return notJson;
      const field = this.#fieldNamed(name, afterName);
      at = afterWhiteSpace(bytes, positionOf(afterName), lineBreak);
      if (bytes[at] !== code.colon) return notJson;
      at = afterWhiteSpace(bytes, at + 1, lineBreak);
      if (field === undefined) {
        hasOthers ||= this.#aliases.mayKnow(name, afterName);
        at = afterValue(bytes, at, lineBreak);
        if (at === malformed) return notJson;
      } else {
        this.at = at;
        const value = this.#readValue(field.texts);
        if (value === notJson) return notJson;
        object[field.name] = value;
        at = this.at;
      }
      at = afterWhiteSpace(bytes, at, lineBreak);
      isClosed = bytes[at] === code.closeBrace;
      if (isClosed) continue;
      if (bytes[at] !== code.comma) return notJson;
      at = afterWhiteSpace(bytes, at + 1, lineBreak);
    }
    this.at = at + 1;
    this.hadOwnFields = hasOwnFields(object);
    const missing = hasOthers ? missingIn(object) : 0;
    if (missing === 0) return object;
    const repeated = takeAliases(object, this.#aliases.find(start, missing));
    return repeated === undefined ? object : new RejectedLine(repeated);
  }

  /** Reads the value of a field. */
  #readValue(texts?: RepeatedTexts): unknown {
    const bytes = this.#bytes;
    const start = this.at;
    const first = bytes[start];
    if (first === code.quote) {
      const after = afterString(bytes, start);
      if (after === malformed) return notJson;
      this.at = positionOf(after);
      if (!isEscaped(after)) {
        const text = this.#text.between(start + 1, after - 1);
        return texts === undefined
          ? text
          : texts.of(text, () => bytes.toString('utf8', start + 1, after - 1));
      }
      return unescape(this.#text.between(start + 1, ~after - 1));
    }
    const after = afterValue(bytes, start, this.#lineBreak);
    if (after === malformed) return notJson;
    this.at = after;
    if (first === code.openBrace) return {};
    if (first === code.openBracket) return [];
    return smallNumber(bytes, start, after) ?? this.#parse(start, after);
  }

  /** Returns the field whose name is the string from `start` to the position that `afterString` returned. */
  #fieldNamed(start: number, after: number): FieldName | undefined {
    const bytes = this.#bytes;
    if (isEscaped(after)) {
      if (~after - start > maxEscapedNameLength) return undefined;
      const name = this.#parse(start, ~after);
      return this.#fields.find((field) => field.name === name);
    }
    const length = after - start - 2;
    // Nearly all entries of a body have the same fields in the same order.
    const fields = this.#fields;
    let next = this.#next;
    for (let tried = 0; tried < fields.length; tried++) {
      const field = fields[next];
      next = next + 1 < fields.length ? next + 1 : 0;
      if (field === undefined || field.bytes.length !== length) continue;
      let same = 0;
      while (same < length && bytes[start + 1 + same] === field.bytes[same]) same += 1;
      if (same !== length) continue;
      this.#next = next;
      return field;
    }
    return undefined;
  }

  #parse(start: number, end: number): unknown {
    return JSON.parse(this.#text.between(start, end));
  }
}

/**
 * Reads a number of few digits without `JSON.parse`, which takes ten times as long. Both parts of the division are exact,
 * so its result is the nearest number, as that of `JSON.parse` is.
 */
function smallNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > 9) return undefined;
  let value = 0;
  let divisor = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    const digit = byte - code.zero;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      divisor *= 10;
    } else if (byte === point && divisor === 0 && at > start) {
      divisor = 1;
    } else {
      return undefined;
    }
  }
  return divisor === 0 ? value : value / divisor;
}

const point = 0x2e;

interface FieldName {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Absent where each entry may keep its own string. */
  readonly texts: RepeatedTexts | undefined;
}

/** Finding equal texts of a smaller body costs more than it saves. */
const smallBytes = 64 * 1_024;

/** Longer than the name of any field with every character escaped. */
const maxEscapedNameLength = 256;
