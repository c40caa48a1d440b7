import { groupBy, type NonEmpty } from '../../group-by.ts';
import { isOverdue } from '../../domain/judge-batch/is-overdue.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import type { Clock } from '../../ports/clock.ts';

/** Notification that a batch was stored. */
export interface StoredNotification {
  readonly messageId: string;
  readonly key: ObjectKey;
  /** 1 when the message comes for the first time. */
  readonly receiveCount: number;
  readonly firstReceivedAt: Date;
}

/** A batch with its notifications. */
export interface NotifiedBatch {
  readonly key: ObjectKey;
  /** Several where the word came several times. */
  readonly notifications: NonEmpty<StoredNotification>;
}

export interface VerifiedBatch extends NotifiedBatch {
  readonly verdict: Verdict;
}

/** Result of a look at a batch that ends its verification. */
type Proved =
  | { readonly kind: 'counted' }
  /** There is no such batch: its write failed, it has expired, or its customer was forgotten since. */
  | { readonly kind: 'absent' };

/** Result of a look at a batch after which its message has to come back. */
type Unproved =
  /** The aggregator is behind, or there was no time to look. */
  | { readonly kind: 'waiting' }
  /** All that is not counted is kept as failed records, and emitted by nothing but a redrive. */
  | { readonly kind: 'awaiting-redrive' }
  /** Number of partials emitted again; the next look expects them in their windows. */
  | { readonly kind: 'emitted'; readonly partials: number }
  /** The look or the emission failed. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** Result of a look at a batch. */
export type Finding = Proved | Unproved;

/** A finding, with the age of the batch taken into account. */
export type Verdict = Proved | (Unproved & { readonly isOverdue: boolean });

/** Gathers the notifications of each batch. */
export function notifiedBatches(notifications: readonly StoredNotification[]): NotifiedBatch[] {
  return Array.from(
    groupBy(notifications, ({ key }) => key),
    ([key, its]) => ({ key, notifications: its }),
  );
}

/** Collects the verdicts of one invocation. */
export class Verdicts {
  readonly all: VerifiedBatch[] = [];
  readonly #clock: Clock;
  readonly #overdueSeconds: number;

  /** @param overdueSeconds  age from which a batch that is not proved to be counted is overdue */
  constructor(clock: Clock, overdueSeconds: number) {
    this.#clock = clock;
    this.#overdueSeconds = overdueSeconds;
  }

  /** @param storedAt  `undefined` if it is not known */
  add(batch: NotifiedBatch, finding: Finding, storedAt?: Date): void {
    this.all.push({ ...batch, verdict: this.#verdictOf(batch, finding, storedAt) });
  }

  #verdictOf({ notifications }: NotifiedBatch, finding: Finding, storedAt?: Date): Verdict {
    if (finding.kind === 'counted' || finding.kind === 'absent') return finding;
    const firstLooks = notifications.map(({ firstReceivedAt }) => firstReceivedAt);
    const now = this.#clock.now();
    return { ...finding, isOverdue: isOverdue(storedAt, firstLooks, now, this.#overdueSeconds) };
  }
}
