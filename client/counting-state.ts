import type { HttpAnswer } from './http-client.ts';
import { countIn, isObject } from './read-json.ts';

/** Whole minutes since 1970-01-01T00:00Z with `from ≤ minute < to`. */
export interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

/** The pipeline's statement about entries that are not in the counts of a range yet. */
export interface CountingState {
  /**
   * Everything that was accepted before this instant is counted. `null`: the pipeline does not know now; `undefined`: this
   * version of the pipeline never says.
   */
  readonly countedThrough: Date | null | undefined;
  /** Accepted entries of the customer that are not counted yet; `undefined` where the pipeline does not know. */
  readonly waiting: number | undefined;
  /** Those of them that are in no minute yet; used where the pipeline does not know how many hours and days are still missing. */
  readonly waitingForMinutes: number | undefined;
  readonly isComplete: boolean;
  /** The server's clock when it answered, cut to the second. */
  readonly answeredAt: Date | undefined;
}

const millisecondsPerMinute = 60_000;

/**
 * Returns the range of minutes that the entries belong to.
 * @throws RangeError  there are no entries, or one has a `receivedAt` that is not an instant
 */
export function minutesOf(entries: Iterable<{ readonly receivedAt: string }>): MinuteRange {
  let [from, to] = [Infinity, -Infinity];
  for (const { receivedAt } of entries) {
    const minute = Math.floor(Date.parse(receivedAt) / millisecondsPerMinute);
    if (Number.isNaN(minute)) throw new RangeError(`"${receivedAt}" is not an instant.`);
    from = Math.min(from, minute);
    to = Math.max(to, minute + 1);
  }
  if (from > to) throw new RangeError('No entries have no minutes.');
  return { from, to };
}

/**
 * Reads an answer of `GET /aggregates/total`.
 * @returns `undefined` where the pipeline did not write the answer
 */
export function parseCountingState(total: unknown, { headers }: HttpAnswer): CountingState | undefined {
  if (!isObject(total) || typeof total['complete'] !== 'boolean') return undefined;
  const countedThrough = parseCountedThrough(total['countedThrough']);
  if (countedThrough === 'not an instant') return undefined;
  const answeredAt = new Date(headers.date ?? '');
  return {
    countedThrough,
    waiting: countIn(total['waiting']),
    waitingForMinutes: undefined,
    isComplete: total['complete'],
    answeredAt: Number.isNaN(answeredAt.getTime()) ? undefined : answeredAt,
  };
}

/** Reads how many entries wait for their minutes from an answer of `GET /aggregates`; `undefined` where it does not say. */
export function parseWaiting(minutes: unknown): number | undefined {
  return isObject(minutes) ? countIn(minutes['waiting']) : undefined;
}

function parseCountedThrough(value: unknown): Date | null | undefined | 'not an instant' {
  if (value === null || value === undefined) return value;
  const instant = new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(instant.getTime()) ? 'not an instant' : instant;
}
