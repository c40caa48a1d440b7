import { messageOf } from '../../lib/message-of.ts';
/**
 * A decompressed piece of a log, or the news that a member of a compressed stream has ended, which is a log of its own, or that
 * no more of it exists at the moment or will ever exist.
 */
export type LogEvent =
  | { readonly kind: 'member-end' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'end' };

/** One log, from its first byte. If it lacks an `end`, reading was stopped. */
export interface Log {
  /** The name for people. */
  readonly name: string;
  readonly events: AsyncIterable<LogEvent>;
}

/** A log that cannot be opened or read to its end; the message says which and why. */
export class UnreadableLog extends Error {
  override readonly name = 'UnreadableLog';

  constructor(name: string, cause: unknown) {
    const reason = messageOf(cause);
    super(`${name} cannot be read: ${reason}`, { cause });
  }
}
