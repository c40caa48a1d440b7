import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { Intent } from './intent.ts';

/** Request to the writer. It is plain data because it travels between threads. */
export type Change =
  /** With an intent, the temporary file stays until the intent is ended. */
  | {
      readonly kind: 'create';
      readonly key: ObjectKey;
      readonly body: Uint8Array;
      readonly intent?: Intent | undefined;
    }
  | { readonly kind: 'replace'; readonly key: ObjectKey; readonly body: Uint8Array; readonly etag: string }
  /** With an etag, only an object that has it is replaced. */
  | { readonly kind: 'delete'; readonly key: ObjectKey; readonly etag?: string }
  /** Changes nothing, but makes the present object of the key survive a power cut. */
  | { readonly kind: 'settle'; readonly key: ObjectKey };

/** Result of a change. It has an etag if the change left content of its own. */
export type Outcome =
  | { readonly status: 'done'; readonly etag?: string }
  | { readonly status: 'precondition-failed' }
  | { readonly status: 'invalid-key'; readonly message: string }
  | {
      readonly status: 'unavailable';
      readonly message: string;
      readonly code: string | undefined;
      readonly isSuspect: boolean;
    };

/** Carries out changes in rounds: one round at a time, and its changes in order. */
export interface ChangeWriter {
  write(changes: readonly Change[]): Promise<readonly Outcome[]>;
  /**
   * Makes the objects durable at their places and removes the temporary files. What fails is tried again with the
   * next call.
   */
  endIntents(intents: readonly Intent[]): Promise<void>;
  close(): Promise<void>;
}
