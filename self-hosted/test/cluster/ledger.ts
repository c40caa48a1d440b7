/** A batch that a client sent, with its entries by minute and path. */
export interface SentBatch {
  readonly customerId: string;
  readonly key: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly entries: number;
  readonly body: string;
}

/** An answer that a client got, or none. */
export interface Answered {
  /** When the request was sent. */
  readonly at: number;
  readonly seconds: number;
  /** The status, or `none` if no answer came. */
  readonly status: string;
  readonly hasRetryAfter: boolean;
}

export type Fate =
  /** Answered 202 or 409: it is counted. */
  | { readonly kind: 'accepted'; readonly at: number }
  /** No such answer came, and the client does not repeat: it counts if it was stored. */
  | { readonly kind: 'unknown' };

/** Everything that the clients know: the truth that the counts are compared with. */
export class Ledger {
  readonly #sent = new Map<SentBatch, Fate | undefined>();
  readonly answers: Answered[] = [];

  /** Notes a batch before it is sent. */
  begin(batch: SentBatch): void {
    this.#sent.set(batch, undefined);
  }

  end(batch: SentBatch, fate: Fate): void {
    this.#sent.set(batch, fate);
  }

  answered(answer: Answered): void {
    this.answers.push(answer);
  }

  /** Number of answers by status. */
  get statuses(): ReadonlyMap<string, number> {
    const statuses = new Map<string, number>();
    for (const { status } of this.answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    return statuses;
  }

  get batches(): readonly SentBatch[] {
    return [...this.#sent.keys()];
  }

  get customers(): ReadonlySet<string> {
    return new Set(this.batches.map(({ customerId }) => customerId));
  }

  /** Returns the batches whose clients do not know whether they were stored. */
  get unknown(): readonly SentBatch[] {
    return [...this.#sent].filter(([, fate]) => fate?.kind !== 'accepted').map(([batch]) => batch);
  }

  /** Returns the entries of a customer that were accepted before an instant. */
  acceptedBefore(customerId: string, instant: number): number {
    let entries = 0;
    for (const [batch, fate] of this.#sent) {
      if (batch.customerId === customerId && fate?.kind === 'accepted' && fate.at < instant)
        entries += batch.entries;
    }
    return entries;
  }

  /** Returns the entries of a customer by minute, in batches that were accepted before an instant. */
  minutesAcceptedBefore(customerId: string, instant: number): ReadonlyMap<string, number> {
    const minutes = new Map<string, number>();
    for (const [batch, fate] of this.#sent) {
      if (batch.customerId !== customerId || fate?.kind !== 'accepted' || fate.at >= instant) continue;
      for (const [cell, count] of batch.counts) {
        const minute = cell.slice(0, 16);
        minutes.set(minute, (minutes.get(minute) ?? 0) + count);
      }
    }
    return minutes;
  }

  /** Returns the entries of a customer in all batches that were ever begun. */
  begun(customerId: string): number {
    return this.batches.reduce(
      (sum, batch) => sum + (batch.customerId === customerId ? batch.entries : 0),
      0,
    );
  }

  /** Returns the counts by customer, minute and path, with those of unknown batches that were stored. */
  expected(stored: ReadonlySet<SentBatch>): Map<string, number> {
    const sums = new Map<string, number>();
    for (const [batch, fate] of this.#sent) {
      if (fate?.kind !== 'accepted' && !stored.has(batch)) continue;
      for (const [cell, count] of batch.counts) {
        const name = `${batch.customerId} ${cell}`;
        sums.set(name, (sums.get(name) ?? 0) + count);
      }
    }
    return sums;
  }
}
