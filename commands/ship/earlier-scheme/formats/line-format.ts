import type { Entry } from '../../../../client/contract.ts';

/** The content of a line: an entry, or the reason why it cannot be counted. `undefined`: a line without content. */
export type ReadLine =
  | { readonly entry: Entry; readonly reason?: undefined }
  | { readonly entry?: undefined; readonly reason: string }
  | undefined;

/** A reader of one kind of access log, line by line. */
export interface LineFormat {
  readonly name: string;
  /** Returns whether the line has the shape of this format, even if its request is not valid. */
  recognises(line: string): boolean;
  /** Reads a line. Call it for all lines in order, because some formats have headers. */
  read(line: string): ReadLine;
}

export interface ReadingOptions {
  /** Paths are sent with their query string. */
  readonly isQueryKept: boolean;
}
