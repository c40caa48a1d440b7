import QuickLRU from 'quick-lru';
import { hashOfApiKey, type ApiKey } from '../../domain/api-key.ts';
import { decodeApiKeyCopy, encodeApiKeyCopy, type ApiKeyRecord } from '../../domain/api-key-record.ts';
import { apiKeyCopyKey } from '../../domain/keys.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** Store of the copies. */
export type CopyStore = Pick<ObjectStore, 'get' | 'put'>;

export interface CopyLimits {
  /** Time after which a record in use is copied again. */
  readonly copyAgainSeconds: number;
  /** Time for which a copy is accepted after the record was read. */
  readonly staleSeconds: number;
  readonly maxRemembered: number;
}

/**
 * Copies of the records of keys that are in use, in the object store: for an authorizer that has just been started, and
 * remembers nothing, while the store of the keys fails. A copy is found by the hash of the whole key, so that only who
 * has the key finds it.
 */
export class CopiedRecords {
  readonly #limits: CopyLimits;
  readonly #store: CopyStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Text that was copied last, by hash. */
  readonly #copied: QuickLRU<string, { readonly text: string; readonly at: number }>;

  constructor(
    limits: CopyLimits,
    parts: { readonly copies: CopyStore; readonly clock: Clock; readonly logger: Logger },
  ) {
    this.#limits = limits;
    this.#store = parts.copies;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#copied = new QuickLRU({ maxSize: limits.maxRemembered });
  }

  /**
   * Finds the copy of a key's record, or `undefined` where there is none that is young enough.
   * @throws Unavailable  the object store cannot be asked either
   */
  async find(key: ApiKey): Promise<ApiKeyRecord | undefined> {
    const object = await this.#store.get(apiKeyCopyKey(hashOfApiKey(key.text)));
    if (object === undefined) return undefined;
    const { record, readAt } = decodeApiKeyCopy(object.body);
    const ageSeconds = (this.#clock.now().getTime() - readAt.getTime()) / 1_000;
    return ageSeconds <= this.#limits.staleSeconds ? record : undefined;
  }

  /** Copies a record that was just read, if that was not done lately. A failure is logged and harms nobody now. */
  async keep(record: ApiKeyRecord): Promise<void> {
    const now = this.#clock.now();
    const text = JSON.stringify(record);
    const last = this.#copied.get(record.hash);
    const isYoung =
      last !== undefined && Math.abs(now.getTime() - last.at) < this.#limits.copyAgainSeconds * 1_000;
    if (isYoung && last.text === text) return;
    this.#copied.set(record.hash, { text, at: now.getTime() }); // also if it fails: not again at once
    try {
      const key = apiKeyCopyKey(record.hash);
      const there = await this.#store.get(key);
      const condition = there === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: there.etag };
      await this.#store.put(key, encodeApiKeyCopy({ record, readAt: now }), condition);
    } catch (error) {
      if (error instanceof PreconditionFailed) return; // another instance has just copied it
      this.#logger.warn('The record of an API key cannot be copied for an outage', { error });
    }
  }
}
