import type { Entry } from '../../client/contract.ts';

/**
 * A part of a log whose bounds follow from the log's content alone: the same in every run, whatever the options, the
 * timing, the file's name or its compression, and however much has been written behind it since.
 */
export interface Block {
  /** The same for the same log. */
  readonly logId: string;
  /** Of its first byte in the decompressed log. */
  readonly start: number;
}

export interface LocatedEntry {
  readonly entry: Entry;
  /** Of the first byte behind its line. */
  readonly end: number;
}

/** The next entries of a block. */
export interface Piece {
  readonly block: Block;
  readonly entries: readonly LocatedEntry[];
  /** No more of this block will come, since the next begins or the log has ended. */
  readonly isBlockEnd: boolean;
}
