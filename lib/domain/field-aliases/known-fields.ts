import {
  afterComma,
  afterString,
  afterValue,
  afterWhiteSpace,
  code,
  isEscaped,
  malformed,
  positionOf,
  valueAfterName,
} from '../parse-batch/json-scanner.ts';
import { unescape } from '../parse-batch/unescape.ts';
import { plainName } from './find-fields.ts';
import { JsonCopy } from './json-copy.ts';
import { NamePaths, type NamePath } from './name-paths.ts';

const names = new NamePaths();
/** The same depth as in `FieldSearch`. */
const maxDepth = 6;
/** The depth to which lines of other programs are looked for. */
const maxLineDepth = 2;
/** The time of journald, which is read from an object itself only. */
const journalTime = Buffer.from('__REALTIME_TIMESTAMP');
/** The bytes of U+FFFD, which also take the place of half a character. */
const replacement = Buffer.from('\ufffd');
/** The first byte of the only character outside of ASCII, the Kelvin sign, that is an ASCII letter in lower case. */
const firstOfKelvin = 0xe2;

/**
 * Returns an object of JSON with only those fields that can have a meaning for `FieldSearch` or hold a line of another
 * program; `undefined` if a text is not an object of JSON. `JSON.parse` takes a microsecond for each name that it has not
 * met before, and a body can have millions of them; here an unknown name costs as much as its characters.
 */
export function knownFieldsOf(text: string): string | undefined {
  const encoded = Buffer.from(text);
  const bytes = encoded.includes(replacement) ? Buffer.from(escapeHalves(text)) : encoded;
  const start = afterWhiteSpace(bytes, 0, code.lineFeed);
  if (bytes[start] !== code.openBrace) return undefined;
  const end = afterValue(bytes, start, code.lineFeed);
  const isAlone = end !== malformed && afterWhiteSpace(bytes, end, code.lineFeed) === bytes.length;
  return isAlone ? knownFieldsAt(bytes, start, end) : undefined;
}

/** Returns the same for the object between two positions, which is known to be JSON. */
export function knownFieldsAt(body: Buffer, start: number, end: number): string {
  const known = new KnownFields(body, end - start);
  known.addObject(start, names.root, 0, 0);
  return known.toString();
}

/** Reports whether a field of an object, with a text as its value, can have a meaning. */
export function isKnownName(name: string): boolean {
  const bytes = Buffer.from(plainName(name));
  const place = names.within(names.root, bytes, 0, bytes.length);
  return (
    (place !== undefined && place.meanings.length > 0) ||
    names.mayHoldLine(bytes, 0, bytes.length) ||
    name === journalTime.toString()
  );
}

/** Escapes halves of characters, which have no form in UTF-8, in the texts of JSON. */
function escapeHalves(text: string): string {
  return text.replaceAll(/\\[^]|[\ud800-\udfff]/gu, (found) =>
    found.startsWith('\\') ? found : `\\u${found.charCodeAt(0).toString(16)}`,
  );
}

/** The start of a text, and what `afterString` returns for it. */
type TextRange = readonly [start: number, after: number];

/** A copy of an object that is known to be JSON. Fields whose names come twice stay in order, so the last one counts. */
class KnownFields extends JsonCopy {
  /**
   * Adds an object; returns the position after it.
   * @param place      `undefined`: the search does not look into it
   * @param lineDepth  no lines are looked for below `maxLineDepth`
   */
  addObject(
    start: number,
    place: NamePath | undefined,
    depth: number,
    lineDepth: number,
    knownHolders?: Set<string>,
  ): number {
    const bytes = this.bytes;
    const objectStart = this.length;
    let holders = knownHolders;
    let hasLeftOut = false;
    this.addByte(code.openBrace);
    let at = afterWhiteSpace(bytes, start + 1, code.lineFeed);
    while (bytes[at] !== code.closeBrace) {
      const afterName = afterString(bytes, at);
      const nameEnd = positionOf(afterName);
      const value = valueAfterName(bytes, afterName, code.lineFeed);
      const name = this.#plain(at, afterName);
      const inner = place && names.within(place, name.bytes, name.start, name.end);
      const isLine = lineDepth <= maxLineDepth && names.mayHoldLine(name.bytes, name.start, name.end);
      if (inner !== undefined || isLine || (lineDepth === 0 && this.#isJournalTime(at, afterName))) {
        this.addComma();
        this.addRange(at, nameEnd);
        this.addByte(code.colon);
        at = this.#addValue(value, inner, isLine, depth + 1, lineDepth);
      } else if (holders === undefined && (bytes[value] !== code.openBrace || lineDepth >= maxLineDepth)) {
        hasLeftOut = true;
        at = afterValue(bytes, value, code.lineFeed);
      } else {
        const key = this.#textOf(at, afterName);
        const before = this.length;
        this.addComma();
        this.addRange(at, nameEnd);
        this.addByte(code.colon);
        const valueStart = this.length;
        at = this.#addValue(value, undefined, false, depth + 1, lineDepth);
        // Another value of a name that is kept is kept, too: it replaces the one before.
        const isEmpty = bytes[value] !== code.openBrace || this.length === valueStart + 2;
        if (isEmpty && holders?.has(key) !== true) {
          this.length = before;
          hasLeftOut = true;
        } else (holders ??= new Set()).add(key);
      }
      at = afterComma(bytes, at, code.lineFeed);
    }
    if (hasLeftOut && holders !== undefined && knownHolders === undefined) {
      // A value that was left out may have had the name of one that is kept, in its place.
      this.length = objectStart;
      return this.addObject(start, place, depth, lineDepth, holders);
    }
    this.addByte(code.closeBrace);
    return at + 1;
  }

  #addValue(
    start: number,
    place: NamePath | undefined,
    isLine: boolean,
    depth: number,
    lineDepth: number,
  ): number {
    const first = this.bytes[start];
    if (first === code.openBracket) return this.#addList(start, place, isLine, depth);
    if (first === code.openBrace) {
      const entered = place?.isEntered === true && depth < maxDepth ? place : undefined;
      if (entered !== undefined || lineDepth < maxLineDepth)
        return this.addObject(start, entered, depth, lineDepth + 1);
      this.addByte(code.openBrace);
      this.addByte(code.closeBrace);
      return afterValue(this.bytes, start, code.lineFeed);
    }
    const after = afterValue(this.bytes, start, code.lineFeed);
    this.addRange(start, after);
    return after;
  }

  /** Adds of a list the values of names, or all bytes of a line, or else its first value. */
  #addList(start: number, place: NamePath | undefined, isLine: boolean, depth: number): number {
    const bytes = this.bytes;
    this.addByte(code.openBracket);
    let at = afterWhiteSpace(bytes, start + 1, code.lineFeed);
    const first = bytes[at];
    const hasPairs = first === code.openBrace || first === code.openBracket;
    if (hasPairs && place?.isEntered === true && depth < maxDepth) {
      for (let isFirst = true; bytes[at] !== code.closeBracket; isFirst = false) {
        const after =
          bytes[at] === code.openBrace
            ? this.#addPair(at, place, depth, isFirst)
            : bytes[at] === code.openBracket
              ? this.#addListedPair(at, place, depth, isFirst)
              : afterValue(bytes, at, code.lineFeed);
        at = afterComma(bytes, after, code.lineFeed);
      }
    } else if (isLine && isNumber(first)) {
      while (bytes[at] !== code.closeBracket) at = afterComma(bytes, this.#addElement(at), code.lineFeed);
    } else {
      if (isScalar(first)) this.addRange(at, afterValue(bytes, at, code.lineFeed));
      at = afterValue(bytes, start, code.lineFeed) - 1;
    }
    this.addByte(code.closeBracket);
    return at + 1;
  }

  /** Adds an object of a name and a value if the name is known, or if it is the first one; returns the position after it. */
  #addPair(start: number, place: NamePath, depth: number, isFirst: boolean): number {
    const bytes = this.bytes;
    let name: TextRange | undefined;
    let nameOfKey: TextRange | undefined;
    let value: number | undefined;
    let at = afterWhiteSpace(bytes, start + 1, code.lineFeed);
    while (bytes[at] !== code.closeBrace) {
      const afterName = afterString(bytes, at);
      // `"key"`, `"name"` and `"value"`.
      const mayBeOne = isEscaped(afterName) || (afterName - at >= 5 && afterName - at <= 7);
      const key = mayBeOne ? this.#textOf(at, afterName) : '';
      const valueStart = valueAfterName(bytes, afterName, code.lineFeed);
      if (key === 'value') value = valueStart;
      if (key === 'name') name = this.#textAt(valueStart);
      if (key === 'key') nameOfKey = this.#textAt(valueStart);
      at = afterComma(bytes, afterValue(bytes, valueStart, code.lineFeed), code.lineFeed);
    }
    const inner = this.#placeNamed(place, name ?? nameOfKey);
    const range = inner === undefined || value === undefined ? undefined : (name ?? nameOfKey);
    if (range === undefined && !isFirst) return at + 1;
    this.addComma();
    this.addByte(code.openBrace);
    if (range !== undefined && value !== undefined) {
      this.addText(name === undefined ? '"key":' : '"name":');
      this.addRange(range[0], positionOf(range[1]));
      this.addText(',"value":');
      this.#addValue(value, inner, false, depth + 1, maxLineDepth);
    }
    this.addByte(code.closeBrace);
    return at + 1;
  }

  /** Adds a list of a name and a value if the name is known, or if it is the first one; returns the position after it. */
  #addListedPair(start: number, place: NamePath, depth: number, isFirst: boolean): number {
    const after = afterValue(this.bytes, start, code.lineFeed);
    const at = afterWhiteSpace(this.bytes, start + 1, code.lineFeed);
    const name = this.#textAt(at);
    const inner = this.#placeNamed(place, name);
    if (inner === undefined && !isFirst) return after;
    this.addComma();
    this.addByte(code.openBracket);
    if (inner !== undefined && name !== undefined) {
      const value = afterComma(this.bytes, positionOf(name[1]), code.lineFeed);
      this.addRange(name[0], positionOf(name[1]));
      if (this.bytes[value] !== code.closeBracket) {
        this.addComma();
        this.#addValue(value, inner, false, depth + 1, maxLineDepth);
      }
    }
    this.addByte(code.closeBracket);
    return after;
  }

  #placeNamed(place: NamePath, name: TextRange | undefined): NamePath | undefined {
    const plain = name && this.#plain(...name);
    return plain && names.within(place, plain.bytes, plain.start, plain.end);
  }

  #textAt(start: number): TextRange | undefined {
    return this.bytes[start] === code.quote ? [start, afterString(this.bytes, start)] : undefined;
  }

  /** Adds a byte of a line, as a number. A list with an object is no number, just as the object is none. */
  #addElement(start: number): number {
    const after = afterValue(this.bytes, start, code.lineFeed);
    const brace = isScalar(this.bytes[start]) ? -1 : this.bytes.indexOf(code.openBrace, start);
    this.addComma();
    if (brace < 0 || brace >= after) this.addRange(start, after);
    else this.addText('{}');
    return after;
  }

  /** Returns the name from `start` in a form in which its plain characters stand for themselves. */
  #plain(start: number, afterName: number): { bytes: Buffer; start: number; end: number } {
    const bytes = this.bytes;
    if (!isEscaped(afterName)) {
      let at = start + 1;
      while (at < afterName && bytes[at] !== firstOfKelvin) at += 1;
      if (at === afterName) return { bytes, start: start + 1, end: afterName - 1 };
    }
    const plain = Buffer.from(plainName(this.#textOf(start, afterName)));
    return { bytes: plain, start: 0, end: plain.length };
  }

  #textOf(start: number, after: number): string {
    if (!isEscaped(after)) return this.bytes.toString('utf8', start + 1, after - 1);
    return unescape(this.bytes.toString('utf8', start + 1, ~after - 1));
  }

  #isJournalTime(start: number, afterName: number): boolean {
    if (isEscaped(afterName)) return this.#textOf(start, afterName) === journalTime.toString();
    if (afterName - start !== journalTime.length + 2) return false;
    return this.bytes.compare(journalTime, 0, journalTime.length, start + 1, afterName - 1) === 0;
  }
}

function isScalar(first: number | undefined): boolean {
  return first !== code.openBrace && first !== code.openBracket && first !== code.closeBracket;
}

function isNumber(first: number | undefined): boolean {
  return first !== undefined && (first === code.minus || (first >= 0x30 && first <= 0x39));
}
