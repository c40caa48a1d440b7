import type { FieldProblem } from '../errors.ts';
import type { LogEntry } from './log-entry.ts';

/** An entry of a body that is not valid. */
export interface RejectedEntry {
  /** The reasons, at least one. They never contain any of the entry's text. */
  readonly problems: readonly FieldProblem[];
}

/** An entry as the reader of a body format yields it. */
export type ReadEntry = LogEntry | RejectedEntry;

export function isRejected(read: ReadEntry): read is RejectedEntry {
  return 'problems' in read;
}

/** Stands between two entries where a step of work ends, however few entries it had. */
export const pause = Symbol('pause');
export type Pause = typeof pause;
