import * as z from 'zod';
import type { CountingRules } from './counting-rules.ts';
import type { LogEntry } from './log-entry.ts';

/**
 * What requests are counted by. This list is the one place that knows the dimensions: partials, window aggregates and
 * answers have a field for each, named here. An entry without a key is not counted in that dimension.
 */
export const dimensions = [
  { field: 'requestsByPath', keyOf: ({ method, path }: LogEntry) => `${method} ${path}` },
  {
    field: 'requestsByUserAgent',
    keyOf: ({ userAgent }: LogEntry, rules: CountingRules) => rules.userAgentFamily(userAgent),
  },
  { field: 'requestsByStatus', keyOf: ({ status }: LogEntry) => status?.toString() },
] as const;

export type DimensionField = (typeof dimensions)[number]['field'];

/** Requests by key, for each dimension. */
export type Counts = Readonly<Record<DimensionField, Map<string, number>>>;

/** The same as it is written down. */
export type CountsJson = Readonly<Record<DimensionField, Readonly<Record<string, number>>>>;

/** A record with a value for each dimension. */
export function mapDimensions<T>(valueOf: (field: DimensionField) => T): Record<DimensionField, T> {
  // What the cast says is true by construction: there is an entry for each field.
  return Object.fromEntries(dimensions.map(({ field }) => [field, valueOf(field)])) as Record<DimensionField, T>;
}

export function emptyCounts(): Counts {
  return mapDimensions(() => new Map<string, number>());
}

export function countsToJson(counts: Counts): CountsJson {
  return mapDimensions((field) => Object.fromEntries(counts[field]));
}

/** The counts among the fields that `countsShape` read. */
export function countsOf(fields: Counts): Counts {
  return mapDimensions((field) => fields[field]);
}

const requestsByKeySchema = z
  .custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .transform((value, context) => {
    // Not `z.record`, which leaves out a key named `__proto__`.
    const requestsByKey = new Map<string, number>();
    for (const [key, requests] of Object.entries<unknown>({ ...value })) {
      if (typeof requests !== 'number' || !Number.isSafeInteger(requests) || requests < 1) {
        context.addIssue({ code: 'custom', message: 'a count is not a whole number above 0' });
        return z.NEVER;
      }
      requestsByKey.set(key, requests);
    }
    return requestsByKey;
  });

/**
 * The fields of the dimensions in the schema of a stored document. One that is not there was written before the
 * dimension was added, and is empty.
 */
export const countsShape = mapDimensions(() => requestsByKeySchema.default(() => new Map<string, number>()));
