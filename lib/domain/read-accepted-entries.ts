import { readBody, type BodyFormat } from './body-format.ts';
import type { LogEntry } from './log-entry.ts';
import { isRejected, pause } from './read-entry.ts';
import { createRangesLookup, type Rejections } from './rejected-entries.ts';

/** The entries of a stored body that were accepted. */
export interface AcceptedEntries {
  readonly entries: readonly LogEntry[];
  /** Number of accepted entries that the current rules no longer read. */
  readonly notRead: number;
}

/**
 * Reads again the entries of a stored body that its header does not list as rejected: a rejected entry stays rejected,
 * whatever the current rules make of it.
 * @throws InvalidRequest  the body as a whole cannot be read
 */
export function readAcceptedEntries(
  body: Buffer,
  { rejectedRanges = '', ...format }: BodyFormat & Partial<Rejections>,
): AcceptedEntries {
  const wasRejected = createRangesLookup(rejectedRanges);
  const entries: LogEntry[] = [];
  let notRead = 0;
  let index = 0;
  for (const read of readBody(body, format)) {
    if (read === pause) continue;
    if (read !== undefined && !wasRejected(index)) {
      if (isRejected(read)) notRead += 1;
      else entries.push(read);
    }
    index += 1;
  }
  return { entries, notRead };
}
