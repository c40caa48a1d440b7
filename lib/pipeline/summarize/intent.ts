import type { ObjectKey } from '../../domain/keys.ts';

/** An announcement that a batch may be stored. */
export interface Intent {
  readonly key: ObjectKey;
  /** When the topic took it. */
  readonly appendedAt: Date;
  /** Records were lost since: the windows alone tell what has to be emitted. */
  readonly isAfterLoss?: boolean;
}

/** Result for an intent. Those marked with * have to come again; all others are done. */
export type IntentOutcome =
  /** All that may be missing from the windows of the batch is durable on the streams. */
  | { readonly kind: 'emitted'; readonly partials: number }
  /** The batch was emitted before by this process, or its windows have it. */
  | { readonly kind: 'emitted-before' }
  /** The customer was forgotten after the batch was stored. */
  | { readonly kind: 'forgotten' }
  /** Nothing was stored in the time for it. It may still come; `verify` looks again. */
  | { readonly kind: 'absent' }
  /** The object can never be read: the intent becomes a failed record. */
  | { readonly kind: 'unreadable'; readonly error: unknown }
  /** Nothing is stored yet, and the time for it is not over. * */
  | { readonly kind: 'waiting' }
  /** Too much waits on the streams. * */
  | { readonly kind: 'held-back' }
  /** Store or stream is not available, or a newer version wrote the batch. * */
  | { readonly kind: 'failed'; readonly error: unknown };

/** Reports whether an intent has to come again. */
export function comesAgain({ kind }: IntentOutcome): boolean {
  return kind === 'waiting' || kind === 'held-back' || kind === 'failed';
}
