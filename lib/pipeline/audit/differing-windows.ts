import type { ObjectKey } from '../../domain/keys.ts';
import type { WindowSize } from '../../domain/window.ts';
import type { Remedy } from '../../domain/repair-window.ts';
import type { Spool } from './spool.ts';

/** A window with a reported difference. */
export interface DifferingWindow {
  readonly key: ObjectKey;
  /** Number of differences; one remedy removes all of them. */
  readonly differences: number;
  /** `undefined` where it cannot be repaired. */
  readonly remedy: Remedy | undefined;
}

/** The windows that differ, each once. Every window may differ, and all of them may not fit into memory. */
export interface DifferingWindows {
  add(window: DifferingWindow): void;
  /** Iterates in ascending order of keys; can be called again. */
  ascending(): Iterable<DifferingWindow>;
}

export type DifferingBySize = Readonly<Record<WindowSize, DifferingWindows>>;

const separator = '\t';

/** Keeps the windows in a spool, which must be empty. */
export function differingWindows(spool: Spool): DifferingWindows {
  return {
    add: ({ key, differences, remedy }) => spool.add([key, differences, remedy ?? ''].join(separator)),
    *ascending() {
      for (const line of spool.sorted()) {
        const [key = '', differences = '', remedy = ''] = line.split(separator);
        // Only keys of windows are put there.
        const known = remedy === '' ? undefined : (remedy as Remedy);
        yield { key: key as ObjectKey, differences: Number(differences), remedy: known };
      }
    },
  };
}

/** The keys of those that differ, or of those with a remedy. */
export function* keysIn(windows: DifferingWindows, { withRemedy = false } = {}): Generator<ObjectKey> {
  for (const { key, remedy } of windows.ascending()) if (!withRemedy || remedy !== undefined) yield key;
}

/** Looks up windows that are asked for in ascending order; close it after use. */
export class AscendingLookup {
  readonly #rest: Iterator<DifferingWindow>;
  #head: IteratorResult<DifferingWindow>;

  constructor(windows: DifferingWindows) {
    this.#rest = windows.ascending()[Symbol.iterator]();
    this.#head = this.#rest.next();
  }

  find(key: ObjectKey): DifferingWindow | undefined {
    while (this.#head.done !== true && this.#head.value.key < key) this.#head = this.#rest.next();
    return this.#head.done !== true && this.#head.value.key === key ? this.#head.value : undefined;
  }

  /** True when there are no windows behind those that were returned. */
  get isAtEnd(): boolean {
    return this.#head.done === true;
  }

  close(): void {
    this.#rest.return?.();
  }
}
