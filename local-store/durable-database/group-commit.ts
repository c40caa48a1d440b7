import { Unavailable } from '../../lib/errors.ts';

/** One step that is durable as a whole or not at all. */
export interface Change {
  /** Puts its writes into the transaction that is being made. What can be refused is refused before. */
  write(): void;
  /** Called once with the end of that transaction, before the submitter of the change hears of it. */
  settle(isDurable: boolean): void;
  /** Bytes by which the database may grow for it, see `roomFor`. */
  readonly room: number;
}

/**
 * Runs `write` in a transaction that makes the database grow by `room` bytes at most; resolves when that is durable,
 * rejects when nothing of it is.
 */
export type Transact = (write: () => void, room: number) => Promise<void>;

interface Submitted {
  readonly change: Change;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets changes share a flush: one transaction is in flight at a time, and what is submitted meanwhile goes into the
 * next one together. So the flush is paid once for all who wait, and a change may count from what the one before left.
 */
export class GroupCommit {
  readonly #transact: Transact;
  #gathered: Submitted[] = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Delay that the timer was set to; `Infinity` where none runs. */
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

  /** Submits a change like `submit`, but lets it wait that long for another change to share its flush with. */
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

  /** Takes nothing more, and resolves when what was submitted has been settled. */
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
