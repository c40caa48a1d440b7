import { createHash } from 'node:crypto';
import type { ObjectKey } from '../domain/keys.ts';
import { PreconditionFailed } from '../errors.ts';
import type { DeleteCondition, ObjectStore, PutCondition, StoredObject } from '../ports/object-store.ts';

interface KeptObject {
  readonly body: Buffer;
  readonly etag: string;
}

/** An object store that lives as long as its process: for tests and experiments. */
export class InMemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<ObjectKey, KeptObject>();

  async get(
    key: ObjectKey,
    options: { readonly firstBytes?: number } = {},
  ): Promise<StoredObject | undefined> {
    const kept = this.#objects.get(key);
    if (kept === undefined) return undefined;
    const body = Buffer.from(kept.body.subarray(0, options.firstBytes ?? kept.body.length));
    return { body, etag: kept.etag, size: kept.body.length };
  }

  async put(key: ObjectKey, body: Uint8Array, condition: PutCondition): Promise<{ readonly etag: string }> {
    const current = this.#objects.get(key)?.etag;
    const holds = 'ifMatch' in condition ? current === condition.ifMatch : current === undefined;
    if (!holds) throw new PreconditionFailed('The object does not meet the condition.');
    const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    this.#objects.set(key, { body: Buffer.from(body), etag });
    return { etag };
  }

  /** Sorts the keys that exist when it starts, and skips those that are deleted meanwhile. */
  async *list(prefix: string, options: { readonly startAfter?: string } = {}): AsyncGenerator<ObjectKey> {
    const startAfter = options.startAfter ?? '';
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > startAfter);
    for (const key of keys.sort()) {
      if (this.#objects.has(key)) yield key;
    }
  }

  async delete(key: ObjectKey, condition?: DeleteCondition): Promise<void> {
    const current = this.#objects.get(key)?.etag;
    if (condition !== undefined && current !== undefined && current !== condition.ifMatch) {
      throw new PreconditionFailed('The object does not meet the condition.');
    }
    this.#objects.delete(key);
  }
}
