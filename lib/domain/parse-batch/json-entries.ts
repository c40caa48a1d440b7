import { isUtf8 } from 'node:buffer';
import { InvalidRequest } from '../../errors.ts';
import { entryFieldNames, parseLogEntry, repeatedFieldNames } from '../log-entry.ts';
import { pause, type Pause, type ReadEntry, type RejectedEntry } from '../read-entry.ts';
import { afterBlankLines } from './blank-lines.ts';
import { EntryReader, notJson } from './entry-reader.ts';
import { InvalidValue } from './invalid-value.ts';
import { code, noLineBreak, type LineBreak } from './json-scanner.ts';
import { LinesWithin } from './lines-within.ts';
import { RejectedLine } from './rejected-line.ts';

const byteOrderMark = Buffer.from('\ufeff');
const sendArray = 'Send an array of entries, or one entry per line as application/x-ndjson.';
const notJsonBody = `The body is not JSON. ${sendArray}`;
const notAnArray = `The body is not a JSON array of entries. ${sendArray}`;
const notUtf8 = 'The body is not UTF-8. Send text in UTF-8, and name its compression in content-encoding.';
const brokenLine: RejectedEntry = { problems: [{ reason: 'is not JSON' }] };

/** Returns the start of the text in a body, after a byte order mark. */
function startOfText(body: Buffer): number {
  if (!isUtf8(body)) throw new InvalidRequest(notUtf8);
  return body.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
}

/**
 * Reads the elements of the array in a body.
 * @throws InvalidRequest  the body is not UTF-8, or not a JSON array
 */
export function* arrayEntries(body: Buffer): Generator<ReadEntry | Pause, void> {
  const { reader, lines, readEntry } = createReader(body, code.lineFeed);
  reader.skipWhiteSpace();
  if (!reader.skip(code.openBracket)) {
    const isJson = reader.read() !== notJson && isAtEnd(reader);
    throw new InvalidRequest(isJson ? notAnArray : notJsonBody);
  }
  reader.skipWhiteSpace();
  let isClosed = reader.skip(code.closeBracket);
  while (!isClosed) {
    reader.skipWhiteSpace();
    const entry = readEntry();
    if (entry === notJson) throw new InvalidRequest(notJsonBody);
    yield entry;
    if (lines.isPauseDue()) yield pause;
    reader.skipWhiteSpace();
    isClosed = reader.skip(code.closeBracket);
    if (!isClosed && !reader.skip(code.comma)) throw new InvalidRequest(notJsonBody);
  }
  if (!isAtEnd(reader)) throw new InvalidRequest(notJsonBody);
}

/**
 * Reads the lines that are not blank, each a JSON value.
 * @throws InvalidRequest  the body is not UTF-8
 */
export function* lineEntries(body: Buffer): Generator<ReadEntry | Pause, void> {
  const { reader, lines, readEntry } = createReader(body, noLineBreak);
  for (;;) {
    reader.at = afterBlankLines(body, reader.at);
    if (reader.isAtEnd) return;
    const entry = readEntry();
    reader.skipWhiteSpace();
    if (entry !== notJson && (reader.isAtEnd || reader.skip(code.lineFeed))) {
      yield entry;
      if (lines.isPauseDue()) yield pause;
    } else {
      yield brokenLine;
      const lineBreak = body.indexOf(code.lineFeed, reader.at);
      reader.at = lineBreak < 0 ? body.length : lineBreak;
    }
  }
}

function createReader(body: Buffer, lineBreak: LineBreak) {
  const reader = new EntryReader(body, entryFieldNames, startOfText(body), lineBreak, repeatedFieldNames);
  const lines = new LinesWithin();
  /** Reads a value as an entry. */
  const readEntry = (): ReadEntry | typeof notJson => {
    const start = reader.at;
    const value = reader.read();
    if (value === notJson || value instanceof RejectedLine) return value;
    const entry = parseLogEntry(value);
    if (entry !== undefined) return entry;
    const text = () => body.toString('utf8', start, reader.at);
    // A field under an entry's own name is never replaced, so an entry with a wrong one stays invalid.
    const line = reader.hadOwnFields ? undefined : lines.read(value, reader.at - start, text);
    return line ?? new InvalidValue(value);
  };
  return { reader, lines, readEntry };
}

function isAtEnd(reader: EntryReader): boolean {
  reader.skipWhiteSpace();
  return reader.isAtEnd;
}
