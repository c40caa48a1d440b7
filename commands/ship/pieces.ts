import type { Entry } from '../../client/contract.ts';

/**
 * A part of a log whose bounds depend only on the log's content: they are the same in every run, whatever the options, the
 * timing, the file's name or its compression, and however much was appended later.
 */
export interface Block {
  /** The same for the same log. */
  readonly logId: string;
  /** The offset of its first byte in the decompressed log. */
  readonly start: number;
  /** The offset from which places are counted in keys: that of the first entry of its log. */
  readonly origin: number;
}

export interface LocatedEntry {
  /** May have facts besides the fields of the contract. */
  readonly entry: Entry;
  /** The offset of the first byte after its line. */
  readonly end: number;
}

/** The next entries of a block. */
export interface Piece {
  readonly block: Block;
  readonly entries: readonly LocatedEntry[];
  /** True if no more of this block will come, because the next one begins or the log has ended. */
  readonly isBlockEnd: boolean;
}
