/** A piece of a log, decompressed; or that there is no more of it at the moment; or that there will never be more. */
export type LogEvent =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'end' };

/** One log, from its first byte. Without an `end`, the reading of it was stopped. */
export interface Log {
  /** For people. */
  readonly name: string;
  readonly events: AsyncIterable<LogEvent>;
}

/** A log cannot be opened, or not be read to its end; the message says which and why. */
export class UnreadableLog extends Error {
  override readonly name = 'UnreadableLog';

  constructor(name: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${name} cannot be read: ${reason}`, { cause });
  }
}
