import type { ObjectKey } from '../../lib/domain/keys.ts';
import { intentName, type Intent } from './intent.ts';

/** The intents of an object directory: those that its owner creates, and those that an earlier owner left. */
export interface Intents {
  /** Intents that earlier processes did not end. */
  readonly left: readonly Intent[];
  /** Creates an intent to pass to `put`; returns `undefined` if the key is too long for one. */
  make(key: ObjectKey, size: number, etag: string): Intent | undefined;
  /** Ends intents. Call it after all work that follows the creation, or if nothing was created. */
  end(intents: readonly Intent[]): void;
}

export function createIntents(left: readonly Intent[], end: Intents['end']): Intents {
  let last = left.reduce((highest, { sequence }) => Math.max(highest, sequence), 0);
  return {
    left,
    make(key, size, etag) {
      const intent = { key, sequence: (last += 1), size, etag };
      return intentName(intent) === undefined ? undefined : intent;
    },
    end,
  };
}
