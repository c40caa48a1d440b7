import { Unavailable } from '../../lib/errors.ts';

/** One step that is durable as a whole or not at all. */
export interface Change {
  /** Adds its writes to the current transaction. Anything that can be refused is refused before that. */
  write(): void;
  /** Called once with the outcome of that transaction, before the submitter of the change learns it. */
  settle(isDurable: boolean): void;
  /** Bytes by which the change may make the database grow; see `roomFor`. */
  readonly room: number;
}

/**
 * Runs `write` in a transaction that makes the database grow by at most `room` bytes. Resolves when the transaction
 * is durable, and rejects when none of it is.
 */
export type Transact = (write: () => void, room: number) => Promise<void>;

interface Submitted {
  readonly change: Change;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets changes share a flush: one transaction is in flight at a time, and all changes submitted meanwhile go into the
 * next one. So everybody who waits shares the cost of one flush, and a change can build on the result of the previous
 * one.
 */
export class GroupCommit {
  readonly #transact: Transact;
  #gathered: Submitted[] = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Delay that the timer was set to; `Infinity` if none is running. */
  #timerMilliseconds = Infinity;
  #isClosed = false;

  constructor(transact: Transact) {
    this.#transact = transact;
  }

  /**
   * Resolves when the change is durable.
   * @throws Unavailable  its transaction failed, or the database is closed
   */
  submit(change: Change): Promise<void> {
    const submitted = this.#gather(change);
    this.#start();
    return submitted;
  }

  /** Submits a change like `submit`, but lets it wait for up to this long to share the flush of another change. */
  submitPatiently(change: Change, milliseconds: number): Promise<void> {
    const submitted = this.#gather(change);
    if (this.#running === undefined && milliseconds < this.#timerMilliseconds) {
      clearTimeout(this.#timer);
      this.#timerMilliseconds = milliseconds;
      this.#timer = setTimeout(() => this.#start(), milliseconds);
    }
    return submitted;
  }

  #gather(change: Change): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Unavailable('The database is closed.'));
    return new Promise((resolve, reject) => this.#gathered.push({ change, resolve, reject }));
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timerMilliseconds = Infinity;
    this.#running ??= this.#run();
  }

  /** Accepts no more changes, and resolves when all submitted ones are settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#start();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#gathered.length > 0) {
      const group = this.#gathered;
      this.#gathered = [];
      await this.#commit(group);
    }
    this.#running = undefined;
  }

  async #commit(group: readonly Submitted[]): Promise<void> {
    try {
      const room = group.reduce((bytes, { change }) => bytes + change.room, 0);
      await this.#transact(() => {
        for (const { change } of group) change.write();
      }, room);
    } catch (cause) {
      for (const { change } of group) change.settle(false);
      for (const { reject } of group)
        reject(new Unavailable('The database could not be written.', { cause }));
      return;
    }
    for (const { change } of group) change.settle(true);
    for (const { resolve } of group) resolve();
  }
}
