import { setImmediate } from 'node:timers/promises';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { minuteKey } from '../../../lib/domain/keys.ts';
import type { WindowPartial } from '../../../lib/domain/partial.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { customer, receivedRecord, windowStart } from '../../factories.ts';

/** Creates the records of these partials, numbered from 1. */
export function recordsOf(partials: readonly WindowPartial[]) {
  return partials.map((partial, index) => receivedRecord(String(index + 1), partial));
}

/** A store that counts its calls, and fails those that a test picks. */
export class WatchedStore extends InMemoryObjectStore {
  readonly calls: string[] = [];
  /** Highest number of calls under way at one time. */
  mostAtOnce = 0;
  #atOnce = 0;
  failing: (call: string) => Error | undefined = () => undefined;

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    await this.#note(`get ${args[0]}`);
    return super.get(...args);
  }

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    await this.#note(`put ${args[0]}`);
    return super.put(...args);
  }

  async #note(call: string): Promise<void> {
    this.calls.push(call);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    await setImmediate(); // others may begin
    this.#atOnce -= 1;
    const failure = this.failing(call);
    if (failure) throw failure;
  }

  async window(start = windowStart()) {
    const object = await super.get(minuteKey(customer(), start));
    return object && decodeWindow(object.body);
  }
}
