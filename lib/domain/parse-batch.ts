import { BatchTooLarge, EmptyBatch, InvalidRequest } from '../errors.ts';
import { linesInStep, maxEntriesPerBatch } from './batch-limits.ts';
import { readBody, type BodyFormat } from './body-format.ts';
import { exampleOf } from './example-of.ts';
import type { InvalidEntries } from './invalid-entries.ts';
import type { LogEntry } from './log-entry.ts';
import type { MediaType } from './media-type.ts';
import { isRejected, pause } from './read-entry.ts';
import { maxEntriesDescribed, RejectedEntries } from './rejected-entries.ts';
import { finish, type Steps } from './steps.ts';

/** The entries of a body. */
export interface ParsedBatch {
  readonly entries: readonly LogEntry[];
  /** The indexes of the entries; `undefined` if they are 0, 1, 2, … */
  readonly indexes: readonly number[] | undefined;
  readonly rejected: RejectedEntries;
}

/** A step takes 1 ms, or a few where entries are long. */
const entriesInStep = 1_024;

/** Parses a decompressed body of valid entries at once. */
export function parseBatch(body: Buffer, mediaType: MediaType): readonly LogEntry[] {
  return finish(parseInSteps(body, { mediaType }, 'reject')).entries;
}

/**
 * Parses the entries of a decompressed body. It takes time in proportion to the length of the body, whatever its content
 * (test/handlers/bounded-work.long.test.ts).
 * @param invalid  with `reject` it stops after the invalid entries that a refusal describes, so the rest of the body costs
 *                 nothing
 * @throws InvalidRequest  not UTF-8, not of the media type, without entries, or with invalid entries that are not to be
 *                         set aside, of which it describes the first ten
 * @throws BatchTooLarge   it has too many entries
 */
export function* parseInSteps(body: Buffer, format: BodyFormat, invalid: InvalidEntries): Steps<ParsedBatch> {
  const entries: LogEntry[] = [];
  const rejected = new RejectedEntries();
  let indexes: number[] | undefined;
  const inStep =
    format.mediaType === 'application/json' || format.mediaType === 'application/x-ndjson'
      ? entriesInStep
      : linesInStep;
  let index = 0;
  for (const read of readBody(body, format)) {
    if (read === pause) {
      yield;
      continue;
    }
    if (index === maxEntriesPerBatch) throw new BatchTooLarge(maxEntriesPerBatch, 'entries');
    if (index % inStep === 0 && index > 0) yield;
    if (read === undefined || isRejected(read)) {
      indexes ??= Array.from(entries, (_entry, place) => place);
      if (read !== undefined) rejected.add(index, read);
      if (invalid === 'reject' && rejected.isDescribed) throw refusalOf(rejected, undefined);
    } else {
      entries.push(read);
      indexes?.push(index);
    }
    index += 1;
  }
  if (invalid === 'reject' && rejected.count > 0) throw refusalOf(rejected, entries.length + rejected.count);
  if (entries.length + rejected.count === 0) throw new EmptyBatch();
  return { entries, indexes, rejected };
}

/**
 * Describes the first problem in the message, too: some protocols have no place for the others.
 * @param all  number of entries; `undefined` if it is not known
 */
function refusalOf({ count, details }: RejectedEntries, all: number | undefined): InvalidRequest {
  const message =
    all === undefined
      ? `At least ${count} entries are not valid; the first ${maxEntriesDescribed} are described.`
      : `${count} of ${all} entries are not valid.`;
  return new InvalidRequest(`${message}${exampleOf(details, 'entry')}`, details);
}
