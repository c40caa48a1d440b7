/**
 * Most customers of a partition that are delivered separately at one time. If more customers fail, they are not the
 * cause: the rest is retried together, so an outage does not cost more invocations for many customers.
 */
const maxIsolated = 8;

/** Deliveries for customers whose records fail, beside those of all others. */
export class IsolatedDeliveries {
  readonly #running = new Set<Promise<void>>();

  /** Starts a delivery, unless there are enough. The delivery never rejects. */
  start(deliver: () => Promise<void>): boolean {
    if (this.#running.size >= maxIsolated) return false;
    const running = deliver().finally(() => this.#running.delete(running));
    this.#running.add(running);
    return true;
  }

  /** Resolves when the running deliveries have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }
}
