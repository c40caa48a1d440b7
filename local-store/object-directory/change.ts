import type { ObjectKey } from '../../lib/domain/keys.ts';

/** What the writer is asked for. Plain data, since it travels between threads. */
export type Change =
  | { readonly kind: 'create'; readonly key: ObjectKey; readonly body: Uint8Array }
  | { readonly kind: 'replace'; readonly key: ObjectKey; readonly body: Uint8Array; readonly etag: string }
  /** With an etag only if that is there. */
  | { readonly kind: 'delete'; readonly key: ObjectKey; readonly etag?: string }
  /** Nothing changes, but what is at the key's place now survives the machine losing power. */
  | { readonly kind: 'settle'; readonly key: ObjectKey };

/** What came of a change. An etag is given where the change left a content of its own. */
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

/** Takes changes in rounds: one round at a time, its changes in their order. */
export interface ChangeWriter {
  write(changes: readonly Change[]): Promise<readonly Outcome[]>;
  close(): Promise<void>;
}
