import { isUtf8 } from 'node:buffer';
import { InvalidRequest } from '../../errors.ts';
import { entryFieldNames, parseLogEntry, repeatedFieldNames } from '../log-entry.ts';
import type { ReadEntry, RejectedEntry } from '../read-entry.ts';
import { afterBlankLines } from './blank-lines.ts';
import { EntryReader, notJson } from './entry-reader.ts';
import { InvalidValue } from './invalid-value.ts';
import { code, noLineBreak } from './json-scanner.ts';
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
export function* arrayEntries(body: Buffer): Generator<ReadEntry, void> {
  const reader = new EntryReader(body, entryFieldNames, startOfText(body), code.lineFeed, repeatedFieldNames);
  reader.skipWhiteSpace();
  if (!reader.skip(code.openBracket)) {
    const isJson = reader.read() !== notJson && isAtEnd(reader);
    throw new InvalidRequest(isJson ? notAnArray : notJsonBody);
  }
  reader.skipWhiteSpace();
  let isClosed = reader.skip(code.closeBracket);
  while (!isClosed) {
    reader.skipWhiteSpace();
    const value = reader.read();
    if (value === notJson) throw new InvalidRequest(notJsonBody);
    yield entryOf(value);
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
export function* lineEntries(body: Buffer): Generator<ReadEntry, void> {
  const reader = new EntryReader(body, entryFieldNames, startOfText(body), noLineBreak, repeatedFieldNames);
  for (;;) {
    reader.at = afterBlankLines(body, reader.at);
    if (reader.isAtEnd) return;
    const value = reader.read();
    reader.skipWhiteSpace();
    if (value !== notJson && (reader.isAtEnd || reader.skip(code.lineFeed))) {
      yield entryOf(value);
    } else {
      yield brokenLine;
      const lineBreak = body.indexOf(code.lineFeed, reader.at);
      reader.at = lineBreak < 0 ? body.length : lineBreak;
    }
  }
}

function entryOf(value: unknown): ReadEntry {
  if (value instanceof RejectedLine) return value;
  return parseLogEntry(value) ?? new InvalidValue(value);
}

function isAtEnd(reader: EntryReader): boolean {
  reader.skipWhiteSpace();
  return reader.isAtEnd;
}
