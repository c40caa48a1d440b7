import { JsonCopy } from '../../field-aliases/json-copy.ts';
import {
  afterComma,
  afterString,
  afterValue,
  afterWhiteSpace,
  code,
  isEscaped,
  positionOf,
  valueAfterName,
} from '../../parse-batch/json-scanner.ts';
import { unescape } from '../../parse-batch/unescape.ts';

/** The names of the fields that are read of a log record, of its attributes and of their values. */
const knownNames = [
  'timeUnixNano',
  'observedTimeUnixNano',
  'body',
  'attributes',
  'key',
  'value',
  'stringValue',
  'boolValue',
  'intValue',
  'doubleValue',
  'arrayValue',
  'kvlistValue',
  'bytesValue',
  'values',
];
const namesByLength = new Map<number, readonly Buffer[]>();
for (const name of knownNames)
  namesByLength.set(name.length, [...(namesByLength.get(name.length) ?? []), Buffer.from(name)]);
/** Deeper than any value that is read: a value within another one lies four deeper, at most `maxValueDepth` times. */
const maxDepth = 32;

/**
 * Returns a log record, which is known to be JSON, with only the fields that are read: `JSON.parse` takes a microsecond
 * for each name that it has not met before, and clients may invent any.
 */
export function knownRecordAt(body: Buffer, start: number, end: number): string {
  const record = new KnownRecord(body, end - start);
  record.addValue(start, 0);
  return record.toString();
}

class KnownRecord extends JsonCopy {
  /** Adds a value; returns the position after it. */
  addValue(start: number, depth: number): number {
    const first = this.bytes[start];
    const isContainer = first === code.openBrace || first === code.openBracket;
    if (isContainer && depth < maxDepth) {
      return first === code.openBrace ? this.#addObject(start, depth) : this.#addList(start, depth);
    }
    const after = afterValue(this.bytes, start, code.lineFeed);
    if (isContainer) this.addText('0');
    else this.addRange(start, after);
    return after;
  }

  #addObject(start: number, depth: number): number {
    const bytes = this.bytes;
    this.addByte(code.openBrace);
    let at = afterWhiteSpace(bytes, start + 1, code.lineFeed);
    while (bytes[at] !== code.closeBrace) {
      const afterName = afterString(bytes, at);
      const nameEnd = positionOf(afterName);
      const value = valueAfterName(bytes, afterName, code.lineFeed);
      const isKnown = isEscaped(afterName)
        ? knownNames.includes(unescape(bytes.toString('utf8', at + 1, nameEnd - 1)))
        : this.#isKnown(at + 1, nameEnd - 1);
      if (isKnown) {
        this.addComma();
        this.addRange(at, nameEnd);
        this.addByte(code.colon);
        at = this.addValue(value, depth + 1);
      } else {
        at = afterValue(bytes, value, code.lineFeed);
      }
      at = afterComma(bytes, at, code.lineFeed);
    }
    this.addByte(code.closeBrace);
    return at + 1;
  }

  #addList(start: number, depth: number): number {
    const bytes = this.bytes;
    this.addByte(code.openBracket);
    let at = afterWhiteSpace(bytes, start + 1, code.lineFeed);
    while (bytes[at] !== code.closeBracket) {
      this.addComma();
      at = afterComma(bytes, this.addValue(at, depth + 1), code.lineFeed);
    }
    this.addByte(code.closeBracket);
    return at + 1;
  }

  #isKnown(start: number, end: number): boolean {
    const bytes = this.bytes;
    for (const name of namesByLength.get(end - start) ?? []) {
      let same = 0;
      while (same < name.length && bytes[start + same] === name[same]) same += 1;
      if (same === name.length) return true;
    }
    return false;
  }
}
