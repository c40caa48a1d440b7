import type * as z from 'zod';
import type { Parameters } from './client.ts';

/** Reads rows of the model, if the model is at least as far as it was seen. */
export interface ModelQuery {
  /** @param sql  its parts by the table to read from, and a condition that it must have */
  rows<T>(
    sql: (table: string, isCurrent: string) => string,
    schema: z.ZodType<T>,
    parameters: Parameters,
  ): Promise<readonly T[]>;
}

/** Returns the minutes from 1970 to a window's start. */
export function minuteOf(windowStart: string): number {
  return Date.parse(windowStart) / 60_000;
}
