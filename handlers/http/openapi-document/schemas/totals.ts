import * as z from 'zod';
import { dimensions } from '../../../../lib/domain/dimensions.ts';
import { bytes, count, errors, instant, minute, nextToken, problem, progress, rangeStart } from './common.ts';
import { duration, keyTotal, pathTotal, visitors } from './measures.ts';

const recentRejections = z
  .object({
    since: instant.describe('Start of the pipeline. Batches that were stored since then are counted here.'),
    entries: z.int().positive().describe('Number of rejected entries of the customer, of any time.'),
    latest: z
      .array(z.object({ batchId: z.string(), at: instant, ...problem.shape }))
      .describe('The latest problems, the last one first; at most 10.'),
  })
  .optional()
  .describe(
    'Entries that were rejected and so are not counted. Absent if there are none, and if no process of the pipeline sees all batches.',
  );

export const total = z.object({
  customerId: z.string(),
  from: rangeStart,
  to: minute,
  ...progress,
  pathPrefix: z.string().optional(),
  requests: count.describe('With `pathPrefix`, only requests whose path starts with it.'),
  ...Object.fromEntries(
    dimensions.map(({ field, topField }) => {
      const isOfPaths = field === 'requestsByPath';
      const largest = z.array(isOfPaths ? pathTotal : keyTotal).describe('Largest first.');
      return [topField, largest.optional()];
    }),
  ),
  bytes: bytes.describe('Exact sum; with `pathPrefix` of the paths that start with it.'),
  duration: duration.describe('Absent with `pathPrefix`, and where no entry had the fact.'),
  visitors: visitors.describe('Approximate, with a standard error of 1.6 %. Absent with `pathPrefix`.'),
  folded: count.describe(
    'Number of requests whose key is not known, in the dimension that has most of them. The count of each key is too low by at most this number, and so is `requests` with `pathPrefix`.',
  ),
  complete: z
    .boolean()
    .describe(
      'True if the range ended more than the allowed lateness before `countedThrough`, and everything that was accepted for it before the request is in the sum. False in doubt.',
    ),
  rejections: recentRejections,
});

export const pathCounts = z.object({
  key: z.string().describe('Method and path.'),
  requests: count,
  errors,
  bytes: pathTotal.shape.bytes,
  meanMs: pathTotal.shape.meanMs,
});

export const pathPage = z.object({
  customerId: z.string(),
  from: rangeStart,
  to: minute,
  ...progress,
  complete: z
    .boolean()
    .describe(
      'True if the range ended more than the allowed lateness before `countedThrough`, and everything that was accepted for it before the request is in the counts. False in doubt.',
    ),
  paths: z.array(pathCounts).describe('Largest value of `sort` first; paths of equal values by name.'),
  folded: count.describe(
    'Requests whose path is not known, also with `search`. The requests of each path are too low by at most this number, and a path that is missing has at most that many.',
  ),
  foldedErrors: count.describe(
    'Errors whose path is not known. The errors of each path are too low by at most this number.',
  ),
  nextToken,
});
