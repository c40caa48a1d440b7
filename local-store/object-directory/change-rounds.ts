import { Unavailable } from '../../lib/errors.ts';
import type { Change, ChangeWriter, Outcome } from './change.ts';

/** A round's share of descriptors and of memory; a single larger body makes a round of its own. */
const maxRoundChanges = 128;
const maxRoundBytes = 16 * 1024 * 1024;

interface WaitingChange {
  readonly change: Change;
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

/** Gathers changes while a round is under way, so that the next one shares its flushes among all of them. */
export class ChangeRounds {
  readonly #writer: ChangeWriter;
  #waiting: WaitingChange[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(writer: ChangeWriter) {
    this.#writer = writer;
  }

  /** @throws Unavailable  the writer is gone, or closed */
  submit(change: Change): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Unavailable('The object directory is closed.'));
      this.#waiting.push({ change, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Carries out what was submitted, then ends the writer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
    await this.#writer.close();
  }

  async #run(): Promise<void> {
    // Requests that arrive in one turn of the event loop share the first round already.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#runRound(this.#takeRound());
    this.#running = undefined;
  }

  async #runRound(round: readonly WaitingChange[]): Promise<void> {
    try {
      const outcomes = await this.#writer.write(round.map(({ change }) => change));
      for (const [index, waiting] of round.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) waiting.reject(new Unavailable('The writer gave no outcome.'));
        else waiting.resolve(outcome);
      }
    } catch (cause) {
      for (const waiting of round)
        waiting.reject(new Unavailable('The object directory cannot be written.', { cause }));
    }
  }

  #takeRound(): readonly WaitingChange[] {
    let bytes = 0;
    const isOver = ({ change }: WaitingChange, index: number): boolean => {
      bytes += 'body' in change ? change.body.length : 0;
      return index > 0 && (bytes > maxRoundBytes || index >= maxRoundChanges);
    };
    const end = this.#waiting.findIndex(isOver);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }
}
