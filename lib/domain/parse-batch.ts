import { isUtf8 } from 'node:buffer';
import { BatchTooLarge, InvalidRequest, type Problem } from '../errors.ts';
import { maxEntriesPerBatch } from './batch-limits.ts';
import { entryFieldNames, parseLogEntry, problemsOf, type LogEntry } from './log-entry.ts';
import type { MediaType } from './media-type.ts';
import { EntryReader, notJson } from './parse-batch/entry-reader.ts';
import { afterBlankLines } from './parse-batch/blank-lines.ts';
import { code, noLineBreak } from './parse-batch/json-scanner.ts';
import { finish, type Steps } from './steps.ts';

/** A refusal describes this many invalid entries and stops there, so that the rest of the body costs nothing. */
const maxEntriesDescribed = 10;

const byteOrderMark = Buffer.from('\ufeff');
/** A step takes 1 ms, or a few where entries are long. */
const entriesInStep = 1_024;

/** Parses a decompressed body at once, as `parseInSteps` does. */
export function parseBatch(body: Buffer, mediaType: MediaType): LogEntry[] {
  return finish(parseInSteps(body, mediaType));
}

/**
 * Parses the entries of a decompressed body, all of them or none. It takes time in proportion to the length of the
 * body, whatever its content (test/handlers/bounded-work.long.test.ts).
 * @throws InvalidRequest  not UTF-8, not of the media type, without entries, or with invalid entries, of which it
 *                         describes the first ten
 * @throws BatchTooLarge   it has too many entries
 */
export function* parseInSteps(body: Buffer, mediaType: MediaType): Steps<LogEntry[]> {
  const values = mediaType === 'application/json' ? arrayValues(body) : lineValues(body);
  const entries: LogEntry[] = [];
  const problems: Problem[] = [];
  let index = 0;
  let invalidEntries = 0;
  for (const value of values) {
    if (index === maxEntriesPerBatch) throw new BatchTooLarge(maxEntriesPerBatch, 'entries');
    if (index % entriesInStep === 0 && index > 0) yield;
    const entry = parseLogEntry(value);
    if (entry !== undefined) {
      entries.push(entry);
    } else {
      problems.push(...(value === notJson ? [{ index, reason: 'is not JSON' }] : problemsOf(value, index)));
      invalidEntries += 1;
      if (invalidEntries === maxEntriesDescribed) break;
    }
    index += 1;
  }
  if (invalidEntries === maxEntriesDescribed) {
    throw new InvalidRequest(
      `At least ${maxEntriesDescribed} entries are not valid; the first ${maxEntriesDescribed} are described.`,
      problems,
    );
  }
  if (invalidEntries > 0) {
    throw new InvalidRequest(`${invalidEntries} of ${index} entries are not valid.`, problems);
  }
  if (entries.length === 0) throw new InvalidRequest('A batch needs at least one entry.');
  return entries;
}

/** Returns the start of the text in a body, after a byte order mark. */
function startOfText(body: Buffer): number {
  if (!isUtf8(body)) throw new InvalidRequest('The body is not UTF-8.');
  return body.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
}

/** Yields the elements of the array in a body. */
function* arrayValues(body: Buffer): Generator {
  const reader = new EntryReader(body, entryFieldNames, startOfText(body), code.lineFeed);
  reader.skipWhiteSpace();
  if (!reader.skip(code.openBracket)) {
    const isJson = reader.read() !== notJson && isAtEnd(reader);
    throw new InvalidRequest(isJson ? 'The body is not a JSON array of entries.' : 'The body is not JSON.');
  }
  reader.skipWhiteSpace();
  let isClosed = reader.skip(code.closeBracket);
  while (!isClosed) {
    reader.skipWhiteSpace();
    const value = reader.read();
    if (value === notJson) throw new InvalidRequest('The body is not JSON.');
    yield value;
    reader.skipWhiteSpace();
    isClosed = reader.skip(code.closeBracket);
    if (!isClosed && !reader.skip(code.comma)) throw new InvalidRequest('The body is not JSON.');
  }
  if (!isAtEnd(reader)) throw new InvalidRequest('The body is not JSON.');
}

/** Yields the values of the lines that are not blank. */
function* lineValues(body: Buffer): Generator {
  const reader = new EntryReader(body, entryFieldNames, startOfText(body), noLineBreak);
  for (;;) {
    reader.at = afterBlankLines(body, reader.at);
    if (reader.isAtEnd) return;
    const value = reader.read();
    reader.skipWhiteSpace();
    if (value !== notJson && (reader.isAtEnd || reader.skip(code.lineFeed))) {
      yield value;
    } else {
      yield notJson;
      const lineBreak = body.indexOf(code.lineFeed, reader.at);
      reader.at = lineBreak < 0 ? body.length : lineBreak;
    }
  }
}

function isAtEnd(reader: EntryReader): boolean {
  reader.skipWhiteSpace();
  return reader.isAtEnd;
}
