import * as z from 'zod';
import type { HttpAnswer } from './http-client.ts';

/** Whole minutes since 1970-01-01T00:00Z with `from ≤ minute < to`. */
export interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

/** What the pipeline says about the entries that are not in the counts of a range. */
export interface CountingState {
  /**
   * Everything that was accepted before this instant is counted. `null`: the pipeline does not know now; `undefined`: this
   * version of the pipeline never says.
   */
  readonly countedThrough: Date | null | undefined;
  /** Accepted entries of the customer that are not counted yet; `undefined` where the pipeline does not know. */
  readonly waiting: number | undefined;
  /** Those of them that are in no minute yet, where it does not know of how many hours and days are still to be made. */
  readonly waitingForMinutes: number | undefined;
  readonly isComplete: boolean;
  /** The server's clock when it answered, cut to the second. */
  readonly answeredAt: Date | undefined;
}

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const totalSchema = z.object({
  countedThrough: instant.nullable().optional(),
  waiting: z.int().min(0).optional(),
  complete: z.boolean(),
});

const minutesSchema = totalSchema.pick({ waiting: true });

/**
 * Reads an answer of `GET /aggregates/total`.
 * @returns `undefined` where it is not one of the pipeline
 */
export function parseCountingState(total: unknown, { headers }: HttpAnswer): CountingState | undefined {
  const parsed = totalSchema.safeParse(total).data;
  if (parsed === undefined) return undefined;
  const { countedThrough, waiting, complete } = parsed;
  const answeredAt = Date.parse(headers.date ?? '');
  return {
    countedThrough,
    waiting,
    waitingForMinutes: undefined,
    isComplete: complete,
    answeredAt: Number.isNaN(answeredAt) ? undefined : new Date(answeredAt),
  };
}

/** Reads what an answer of `GET /aggregates` says of minutes; `undefined` where it does not say. */
export function parseWaiting(minutes: unknown): number | undefined {
  return minutesSchema.safeParse(minutes).data?.waiting;
}
