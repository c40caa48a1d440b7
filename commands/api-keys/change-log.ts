import { randomBytes } from 'node:crypto';
import {
  decodeApiKeyChange,
  encodeApiKeyChange,
  keyOfChange,
  type ApiKeyAction,
  type ApiKeyChange,
} from '../../lib/domain/api-key-change.ts';
import { apiKeyChangesPrefix } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { complain, type OperatorIo } from '../io.ts';

/** The audit log of API keys, in the pipeline's bucket. */
export interface ChangeLog {
  /**
   * Records a change, makes it, and records that it is done or that it failed. A crash in between leaves the record of a
   * change that was begun, never a change without a record.
   * @throws Unavailable  the change cannot be recorded; it was not begun
   */
  record<T>(action: ApiKeyAction, what: ApiKeyChange['what'], change: () => Promise<T>): Promise<T>;
  /** Reads all steps, oldest first. */
  steps(): AsyncIterable<ApiKeyChange>;
}

/** @param by  the identity that AWS knows the caller by */
export function createChangeLog(store: ObjectStore, by: string, io: OperatorIo): ChangeLog {
  const warn = () =>
    complain(io, 'The audit log could not be written again: it says of this change only that it was begun.');
  return {
    async record(action, what, change) {
      const changeId = randomBytes(4).toString('hex');
      const note = async (step: ApiKeyChange['step']) => {
        const noted = { at: io.clock.now(), changeId, step, by, action, what };
        await store.put(keyOfChange(noted), encodeApiKeyChange(noted), { ifNoneMatch: '*' });
      };
      try {
        await note('begun');
      } catch (cause) {
        throw new Unavailable('The audit log in the bucket cannot be written, so nothing was changed.', {
          cause: rootOf(cause),
        });
      }
      const result = await change().catch(async (error: unknown) => {
        await note('failed').catch(warn);
        throw error;
      });
      // The new key has to reach the caller even if this record fails: a key is shown only once.
      await note('done').catch(warn);
      return result;
    },

    async *steps() {
      for await (const key of store.list(apiKeyChangesPrefix)) {
        const object = await store.get(key);
        if (object !== undefined) yield decodeApiKeyChange(object.body);
      }
    },
  };
}

/** Returns the first cause of an error. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
}
