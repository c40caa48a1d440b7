import { Unavailable } from '../../lib/errors.ts';
import type { Change, ChangeWriter, Outcome } from './change.ts';
import type { Intent } from './intent.ts';

/** Limits of a round, which bound its descriptors and memory. A single larger body gets a round of its own. */
const maxRoundChanges = 128;
const maxRoundBytes = 16 * 1024 * 1024;

/** Number of intents that are ended together. After this delay fewer are ended as well; nobody waits for that. */
const intentsTogether = 256;
const intentMilliseconds = 200;

interface WaitingChange {
  readonly change: Change;
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

/** Gathers changes while a round is under way, so that the next round shares its flushes among all of them. */
export class ChangeRounds {
  readonly #writer: ChangeWriter;
  #waiting: WaitingChange[] = [];
  #running: Promise<void> | undefined;
  #ended: Intent[] = [];
  #areEndedDue = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(writer: ChangeWriter) {
    this.#writer = writer;
  }

  /** @throws Unavailable  the writer has died or is closed */
  submit(change: Change): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Unavailable('The object directory is closed.'));
      this.#waiting.push({ change, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Ends intents between two rounds, soon. */
  end(intents: readonly Intent[]): void {
    this.#ended.push(...intents);
    if (this.#ended.length >= intentsTogether) this.#endNow();
    // If the process ends first, the next start ends these intents.
    else this.#timer ??= setTimeout(() => this.#endNow(), intentMilliseconds).unref();
  }

  #endNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#areEndedDue = true;
    this.#running ??= this.#run();
  }

  /** Carries out the submitted changes, then ends the writer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#ended.length > 0) this.#endNow();
    await this.#running;
    await this.#writer.close();
  }

  async #run(): Promise<void> {
    // Requests that arrive in one turn of the event loop already share the first round.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 || this.#areEndedDue) {
      if (this.#waiting.length > 0) await this.#runRound(this.#takeRound());
      if (this.#areEndedDue) await this.#endIntents();
    }
    this.#running = undefined;
  }

  async #endIntents(): Promise<void> {
    this.#areEndedDue = false;
    await this.#writer.endIntents(this.#ended.splice(0));
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
    const keys = new Set<string>();
    const isOver = ({ change }: WaitingChange, index: number): boolean => {
      bytes += 'body' in change ? change.body.length : 0;
      // The outcome of earlier changes decides whether this one leaves a file of its own.
      const hasToWait = change.kind === 'create' && change.intent !== undefined && keys.has(change.key);
      keys.add(change.key);
      return index > 0 && (hasToWait || bytes > maxRoundBytes || index >= maxRoundChanges);
    };
    const end = this.#waiting.findIndex(isOver);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }
}
