/** A request that brought a body without an idempotency key. */
export interface Sending {
  /** Client that sent it, as far as a request shows: its address and its agent. */
  readonly sender: string;
  /** Time of its arrival, in milliseconds since 1970. */
  readonly at: number;
}

/** Senders wait at least this long before they retry; most wait 1 s or more. */
const soonestRetryMilliseconds = 500;

/**
 * Reports whether a repetition looks like an equal body of a second sender rather than a retry of the first one: another client sent
 * it, or it arrived sooner than a client retries. It is a guess: clients change their addresses, and many can share one.
 */
export function looksLikeEqualBody(first: Sending, again: Sending): boolean {
  return first.sender !== again.sender || Math.abs(again.at - first.at) < soonestRetryMilliseconds;
}

/** Suspicious repetitions of one customer. */
export interface Suspicions {
  /** Time of the first of them, in milliseconds since 1970. */
  readonly since: number;
  readonly count: number;
}

/** Fewer within the time may be retries from another address. */
const suspicionsForWarning = 5;
const suspicionMilliseconds = 3_600_000;

/** Adds a suspicious repetition to those of the last hour. A warning is due once in each hour that has enough of them. */
export function suspect(
  before: Suspicions | undefined,
  at: number,
): { readonly suspicions: Suspicions; readonly isWarningDue: boolean } {
  const isSameHour = before !== undefined && Math.abs(at - before.since) < suspicionMilliseconds;
  const suspicions = isSameHour ? { ...before, count: before.count + 1 } : { since: at, count: 1 };
  return { suspicions, isWarningDue: suspicions.count === suspicionsForWarning };
}
