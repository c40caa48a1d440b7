import type { Entry } from '../../../client/contract.ts';

/** What a line says: an entry, or why it is none that can be counted. `undefined`: it is not meant to say anything. */
export type ReadLine =
  | { readonly entry: Entry; readonly reason?: undefined }
  | { readonly entry?: undefined; readonly reason: string }
  | undefined;

/** How a kind of access log is read, a line at a time. */
export interface LineFormat {
  readonly name: string;
  /** Whether the line has the shape of this format, be its request valid or not. */
  recognises(line: string): boolean;
  /** To be called for all lines in their order: some formats have headers. */
  read(line: string): ReadLine;
}

export interface ReadingOptions {
  /** Paths are sent with their query string. */
  readonly isQueryKept: boolean;
}
