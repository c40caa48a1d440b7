import { isAscii, isUtf8 } from 'node:buffer';
import { InvalidRequest, type Problem } from '../errors.ts';
import { parseLogEntry, problemsOf, type LogEntry } from './log-entry.ts';
import type { MediaType } from './media-type.ts';

/** So many offending entries are described to the client; the others it finds when these are mended. */
const maxEntriesDescribed = 10;

/**
 * The entries of a decompressed body, all of them or none.
 * @throws InvalidRequest  not UTF-8, not of the media type, without entries, or with entries that are not valid: the
 *                         first ten of these are described
 */
export function parseBatch(body: Buffer, mediaType: MediaType): LogEntry[] {
  const text = decodeText(body);
  const values = mediaType === 'application/json' ? parseArray(text) : parseLines(text);
  if (values.length === 0) throw new InvalidRequest('A batch needs at least one entry.');

  const entries: LogEntry[] = [];
  const problems: Problem[] = [];
  let invalidEntries = 0;
  for (const [index, value] of values.entries()) {
    const entry = value instanceof NotJson ? undefined : parseLogEntry(value);
    if (entry !== undefined) {
      entries.push(entry);
      continue;
    }
    invalidEntries += 1;
    if (invalidEntries > maxEntriesDescribed) continue;
    problems.push(
      ...(value instanceof NotJson ? [{ index, reason: 'is not JSON' }] : problemsOf(value, index)),
    );
  }
  if (invalidEntries > 0) {
    throw new InvalidRequest(`${invalidEntries} of ${values.length} entries are not valid.`, problems);
  }
  return entries;
}

/** A line that is no JSON text, at its place among the entries. */
class NotJson {}

function decodeText(body: Buffer): string {
  // ASCII, which nearly all batches are, decodes in half the time, and JSON.parse reads it faster.
  if (isAscii(body)) return body.toString('latin1');
  if (!isUtf8(body)) throw new InvalidRequest('The body is not UTF-8.');
  const text = body.toString('utf8');
  const byteOrderMark = '\ufeff';
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function parseArray(text: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidRequest('The body is not JSON.', [], { cause });
  }
  if (!Array.isArray(value)) throw new InvalidRequest('The body is not a JSON array of entries.');
  return value;
}

function parseLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): unknown => {
      try {
        return JSON.parse(line);
      } catch (error) {
        if (error instanceof SyntaxError) return new NotJson();
        throw error;
      }
    });
}
