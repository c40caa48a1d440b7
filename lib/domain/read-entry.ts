import type { FieldProblem } from '../errors.ts';
import type { LogEntry } from './log-entry.ts';

/** An entry of a body that is not valid. */
export interface RejectedEntry {
  /** The reasons, at least one. They never have a part of the entry's text. */
  readonly problems: readonly FieldProblem[];
}

/** An entry as the reader of a body format yields it. */
export type ReadEntry = LogEntry | RejectedEntry;

export function isRejected(read: ReadEntry): read is RejectedEntry {
  return 'problems' in read;
}
