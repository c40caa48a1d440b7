/**
 * So many customers of a partition are delivered apart from the others at one time. When more of them fail, it is not
 * they who are to blame: the rest is tried again together, and an outage costs no more invocations for many customers.
 */
const maxIsolated = 8;

/** Deliveries of customers whose records fail, beside those of all others. */
export class IsolatedDeliveries {
  readonly #running = new Set<Promise<void>>();

  /** Starts one, unless there are enough. The delivery never rejects. */
  start(deliver: () => Promise<void>): boolean {
    if (this.#running.size >= maxIsolated) return false;
    const running = deliver().finally(() => this.#running.delete(running));
    this.#running.add(running);
    return true;
  }

  /** Resolves when those that run have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }
}
