import * as z from 'zod';
import { dimensions } from '../../../../lib/domain/dimensions.ts';
import { windowSizes } from '../../../../lib/domain/window.ts';
import { bytes, count, errors, instant, minute, nextToken, progress, rangeStart } from './common.ts';
import { duration, pathTotal, visitors } from './measures.ts';

const requestsByKey = z.record(z.string(), z.int().positive());
/** None of them is there in each answer: the parameter `dimensions` leaves out those that it does not name. */
const dimensionFields = Object.fromEntries(
  dimensions.map(({ field, isAlwaysThere }) => {
    const absent = isAlwaysThere ? '' : ' where no entry had the fact, and';
    return [field, requestsByKey.optional().describe(`Absent${absent} if \`dimensions\` leaves it out.`)];
  }),
);

export const window = z.object({
  customerId: z.string(),
  windowSize: z.enum(windowSizes),
  windowStart: minute,
  requests: count,
  ...dimensionFields,
  bytesByPath: requestsByKey.optional().describe('Bytes by path; exact, and absent where they are 0.'),
  durationMsByPath: requestsByKey
    .optional()
    .describe('Sums of durations by path; exact, and absent where they are 0.'),
  bytes,
  duration,
  visitors,
  batches: count.optional().describe('Batches with entries in this window; in minutes only.'),
  revision: z
    .int()
    .positive()
    .describe(
      'Number of times that the window was written; in a window that is composed of others, that of all of them together.',
    ),
  lateRequests: count.describe('Number of these requests that came late.'),
  complete: z
    .boolean()
    .describe(
      'True if the window ended more than the allowed lateness before `countedThrough`, and includes everything that was accepted for it before the request; late data can still raise the counts. False in doubt.',
    ),
  updatedAt: instant,
});

export const windowPage = z.object({
  customerId: z.string(),
  windowSize: z.enum(windowSizes),
  tz: z.string().optional().describe('The time zone that was asked for.'),
  from: rangeStart,
  to: minute,
  ...progress,
  nextToken,
  windows: z.array(window).describe('In time order; windows without requests are absent.'),
});

export const pathWindow = z.object({
  customerId: z.string(),
  windowSize: z.enum(windowSizes),
  windowStart: minute,
  requests: z.int().positive(),
  errors,
  bytes,
  durationMs: count.optional().describe('Exact sum of its durations; absent where none is known.'),
  meanMs: pathTotal.shape.meanMs,
  folded: count
    .optional()
    .describe('Requests of the window whose path is not known; absent where there are none.'),
  foldedErrors: count
    .optional()
    .describe('Errors of the window whose path is not known; absent where there are none.'),
  complete: window.shape.complete,
  updatedAt: instant,
});

export const pathWindowPage = z
  .object({
    customerId: z.string(),
    windowSize: z.enum(windowSizes),
    tz: windowPage.shape.tz,
    path: z.string().describe('The path that was asked for.'),
    from: windowPage.shape.from,
    to: minute,
    ...progress,
    folded: count.describe(
      'Requests whose path is not known, in all windows that were read for this page; those of the path may be among them.',
    ),
    foldedErrors: count.describe('Errors whose path is not known, in the same windows.'),
    nextToken,
    windows: z.array(pathWindow).describe('In time order; windows without requests of the path are absent.'),
  })
  .describe('With `path`.');
