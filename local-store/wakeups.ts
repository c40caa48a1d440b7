interface Waiting {
  readonly sequence: number;
  readonly wake: () => void;
}

/** Callers that wait for sequence numbers. */
export class Wakeups {
  readonly #waiting = new Set<Waiting>();

  /** Resolves once `wakeThrough` was called with `sequence` or more; rejects when the signal is aborted. */
  wait(sequence: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.delete(waiting);
        reject(new Error('The wait was cancelled.', { cause: signal.reason }));
      };
      const wake = () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const waiting = { sequence, wake };
      if (signal.aborted) return abort();
      this.#waiting.add(waiting);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  wakeThrough(sequence: number): void {
    for (const waiting of this.#waiting) if (waiting.sequence <= sequence) waiting.wake();
  }
}
