import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../lib/errors.ts';
import type {
  DeleteCondition,
  ObjectStore,
  PutCondition,
  StoredObject,
} from '../../lib/ports/object-store.ts';
import type { ObjectVersions } from '../../lib/ports/object-versions.ts';
import type { Operations } from './faults.ts';
import type { Process } from './scheduler.ts';
import type { HeldMessage } from './simulated-queue.ts';

export interface KeptObject {
  readonly body: Buffer;
  readonly etag: string;
}

/** Is informed of each change at the instant at which it is made. */
export interface OnChange {
  wrote(key: ObjectKey, body: Buffer, before: Buffer | undefined): void;
  deleted(key: ObjectKey, body: Buffer): void;
}

/** Holds the message that announces a write, if there is one. */
export type Announce = (key: ObjectKey, process: Process) => Promise<HeldMessage | undefined>;

/** Creates an object whose message is sent later; `undefined` if objects are not created in that way. */
type CreateIntended = (key: ObjectKey, object: KeptObject, process: Process) => Promise<void> | undefined;

/** The object store that all processes share. Each process uses it through its own operations. */
export class SimulatedStore {
  readonly objects = new Map<ObjectKey, KeptObject>();
  readonly #onChange: OnChange;
  readonly #announce: Announce;
  readonly #createIntended: CreateIntended;
  #etags = 0;

  constructor(onChange: OnChange, announce: Announce, createIntended: CreateIntended) {
    this.#onChange = onChange;
    this.#announce = announce;
    this.#createIntended = createIntended;
  }

  through(process: Process, operations: Operations): ObjectStore {
    const list = (prefix: string, startAfter: string) =>
      operations.run(process, `list ${prefix}`, 'read', () => this.#keys(prefix, startAfter));
    return {
      get: (key, options) => operations.run(process, `get ${key}`, 'read', () => this.get(key, options)),
      put: async (key, body, condition) => {
        if ('ifNoneMatch' in condition) {
          const object = this.#kept(body);
          const creation = this.#createIntended(key, object, process);
          if (creation !== undefined) {
            await creation;
            return { etag: object.etag };
          }
        }
        const message = await this.#announce(key, process);
        try {
          const written = await operations.run(process, `put ${key}`, 'write', () =>
            this.#put(key, body, condition),
          );
          message?.release();
          return written;
        } catch (error) {
          if (error instanceof PreconditionFailed) message?.withdraw();
          else message?.release();
          throw error;
        }
      },
      delete: (key, condition) =>
        operations.run(process, `delete ${key}`, 'write', () => this.#delete(key, condition)),
      async *list(prefix, { startAfter = '' } = {}) {
        yield* await list(prefix, startAfter);
      },
    };
  }

  /** Returns the versions of objects, as a process sees them. */
  versionsThrough(process: Process, operations: Operations): ObjectVersions {
    const list = (prefix: string, startAfter: string) =>
      operations.run(process, `list ${prefix} with etags`, 'read', () =>
        this.#keys(prefix, startAfter).map((key) => ({ key, version: this.objects.get(key)?.etag ?? '' })),
      );
    return {
      async *listVersions(prefix, { startAfter = '' } = {}) {
        yield* await list(prefix, startAfter);
      },
    };
  }

  /** Creates an object before the history begins. */
  begin(key: ObjectKey, body: Buffer): void {
    this.objects.set(key, { body, etag: String((this.#etags += 1)) });
    this.#onChange.wrote(key, body, undefined);
  }

  get(key: ObjectKey, { firstBytes }: { readonly firstBytes?: number } = {}): StoredObject | undefined {
    const kept = this.objects.get(key);
    if (kept === undefined) return undefined;
    return {
      body: kept.body.subarray(0, firstBytes ?? kept.body.length),
      etag: kept.etag,
      size: kept.body.length,
    };
  }

  #put(key: ObjectKey, body: Uint8Array, condition: PutCondition): { readonly etag: string } {
    const current = this.objects.get(key);
    const holds = 'ifMatch' in condition ? current?.etag === condition.ifMatch : current === undefined;
    if (!holds) throw new PreconditionFailed(`${key} is not what the condition says.`);
    const written = this.#kept(body);
    this.place(key, written);
    return { etag: written.etag };
  }

  place(key: ObjectKey, object: KeptObject): void {
    const before = this.objects.get(key)?.body;
    this.objects.set(key, object);
    this.#onChange.wrote(key, object.body, before);
  }

  #kept(body: Uint8Array): KeptObject {
    return { body: Buffer.from(body), etag: String((this.#etags += 1)) };
  }

  #delete(key: ObjectKey, condition: DeleteCondition | undefined): void {
    const current = this.objects.get(key);
    if (current === undefined) return;
    if (condition !== undefined && current.etag !== condition.ifMatch)
      throw new PreconditionFailed(`${key} is not what the condition says.`);
    this.objects.delete(key);
    this.#onChange.deleted(key, current.body);
  }

  #keys(prefix: string, startAfter: string): ObjectKey[] {
    const keys: ObjectKey[] = [];
    for (const key of this.objects.keys()) if (key.startsWith(prefix) && key > startAfter) keys.push(key);
    return keys.sort();
  }
}
