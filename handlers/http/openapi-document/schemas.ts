import * as z from 'zod';
import { alertChanges, alertKinds, resolveReasons } from '../../../lib/domain/alerts/alert-kinds.ts';
import { dimensions } from '../../../lib/domain/dimensions.ts';
import { maxBytes, maxDurationMs } from '../../../lib/domain/entry-facts.ts';
import { logEntrySchema } from '../../../lib/domain/log-entry.ts';
import { windowSizes } from '../../../lib/domain/window.ts';
import { errorCodes } from '../error-codes.ts';
import { shareBodySchema } from '../share-body.ts';
import { senderSchemas } from './sender-schemas.ts';

const count = z.int().nonnegative();
const minute = z
  .string()
  .meta({ format: 'date-time', description: 'A whole minute in UTC: `2025-12-28T18:03:00Z`.' });
const instant = z.string().meta({ format: 'date-time' });
const nextToken = z.string().optional().describe('Requests the next page; absent on the last one.');
const errorCategories = [...new Set(Object.values(errorCodes).map(({ category }) => category))];

const entry = z
  .object({
    ...logEntrySchema.shape,
    receivedAt: logEntrySchema.shape.receivedAt.meta({
      format: 'date-time',
      description: 'An instant of the years 1970–9999, with any offset and up to 9 decimals.',
    }),
    method: logEntrySchema.shape.method.describe('An HTTP token; trimmed and converted to capitals.'),
    path: logEntrySchema.shape.path.describe('Trimmed, and otherwise kept unchanged with its query.'),
    userAgent: logEntrySchema.shape.userAgent.describe('May be empty or absent; counted by its family.'),
    status: z
      .union([z.int().min(100).max(599), z.string().regex(/^[1-5][0-9]{2}$/)])
      .optional()
      .describe('The status of the answer, as a number or as a string.'),
    bytes: z
      .int()
      .min(0)
      .max(maxBytes)
      .optional()
      .describe(
        'Size of the answer. This and the fields below are optional facts; one that is not valid is left out.',
      ),
    durationMs: z
      .number()
      .min(0)
      .max(maxDurationMs)
      .optional()
      .describe('Milliseconds that the answer took, rounded to whole ones when they are read.'),
    referrer: z.string().optional().describe('Web address of the referring page; its host is counted.'),
    host: z.string().optional().describe('Host of the request; counted in small letters and without a port.'),
    clientIp: z
      .string()
      .optional()
      .describe('Address of the client. It is hashed to count visitors, and no window has it.'),
    country: z.string().optional().describe('Two characters of ISO 3166, such as `DE`.'),
  })
  .describe('One logged request. Other fields are ignored.');

const problem = z.object({
  index: count.optional().describe('The position of the entry in the batch, from 0.'),
  field: z.string().optional(),
  reason: z.string(),
});

const error = z
  .object({
    requestId: z.string(),
    errorCategory: z.enum(errorCategories),
    errorCode: z.enum(Object.keys(errorCodes)),
    errorDescription: z.string(),
    details: z.array(problem).optional().describe('Describes the problems, if they are known.'),
    batchId: z.string().optional().describe('With `ING_1001`: the batch that was accepted before.'),
  })
  .describe('The body of every error that a function answers.');

const rejections = {
  rejected: z
    .int()
    .positive()
    .optional()
    .describe('Invalid entries, which were set aside; absent where all are valid.'),
  details: z
    .array(problem)
    .optional()
    .describe(
      'The problems of the first 10 rejected entries; `index` counts entries, or lines that are not blank.',
    ),
};

const accepted = z.object({
  batchId: z.string().describe('The idempotency key, or `sha256-` and a hash.'),
  entries: count.describe('Entries that are counted; 0 where all were rejected.'),
  windows: count.describe('Number of different minutes among them.'),
  ...rejections,
});

const keyTotal = z.object({ key: z.string(), requests: z.int().positive() });

const pathTotal = z.object({
  ...keyTotal.shape,
  bytes: count.optional().describe('Bytes of its answers; absent where no entry of the range had any.'),
  meanMs: z
    .number()
    .nonnegative()
    .optional()
    .describe('Mean of the durations that are known; absent where none is.'),
});

const bytes = count.optional().describe('Exact sum; absent where no entry had the fact.');
const milliseconds = z.number().nonnegative();
const duration = z
  .object({
    requests: z.int().positive().describe('Requests that had a duration.'),
    sumMs: count.describe('Exact sum of their durations.'),
    p50Ms: milliseconds,
    p95Ms: milliseconds,
    p99Ms: milliseconds,
  })
  .optional()
  .describe('Absent where no entry had the fact. Percentiles are at most 2 % wrong.');
const visitors = count
  .optional()
  .describe(
    'Approximate number of different addresses and agents of people, with a standard error of 1.6 %; over several UTC days the sum of daily visitors. Absent where nothing is known of them.',
  );

/** Dimensions that are there only where an entry had the fact. */
const requestsByKey = z.record(z.string(), z.int().positive());
const dimensionFields = Object.fromEntries(
  dimensions.map(({ field, isAlwaysThere }) => [
    field,
    isAlwaysThere ? requestsByKey : requestsByKey.optional(),
  ]),
);

const window = z.object({
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

const progress = {
  countedThrough: instant
    .nullable()
    .describe(
      'Everything that was accepted (answered 202 or 409) before this instant is in the counts; null if the instant is not known now.',
    ),
  waiting: count
    .optional()
    .describe('Accepted entries that are not in the counts yet; absent if their number is not known.'),
};

const windowPage = z.object({
  customerId: z.string(),
  windowSize: z.enum(windowSizes),
  tz: z.string().optional().describe('The time zone that was asked for.'),
  from: minute.describe('Later than it was asked for where a part of the range has expired.'),
  to: minute,
  ...progress,
  nextToken,
  windows: z.array(window).describe('In time order; windows without requests are absent.'),
});

const errors = count.describe('Requests with a status of 400 or more.');
const pathWindow = z.object({
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

const pathWindowPage = z
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

const total = z.object({
  customerId: z.string(),
  from: minute.describe('Later than it was asked for where a part of the range has expired.'),
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

const pathCounts = z.object({
  key: z.string().describe('Method and path.'),
  requests: count,
  errors,
  bytes: pathTotal.shape.bytes,
  meanMs: pathTotal.shape.meanMs,
});

const pathPage = z.object({
  customerId: z.string(),
  from: minute.describe('Later than it was asked for where a part of the range has expired.'),
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

const batch = z.object({
  batchId: z.string(),
  entries: count,
  windows: count,
  ...rejections,
  storedAt: instant,
  counted: z.boolean().describe('True if all of its windows include the batch.'),
});

const customerTotals = z.object({
  customerId: z.string(),
  requests: count,
  errors: count.describe('Requests with a status of 400 or more.'),
  firstWindow: instant.describe('Start of the first minute with requests in the range.'),
  lastWindow: instant.describe('Start of the last minute with requests in the range.'),
});

const customerPage = z
  .object({ customers: z.array(z.string()), nextToken })
  .describe('Without `from`, `to` and `sort`.');

const customerTotalsPage = z
  .object({
    customers: z.array(customerTotals),
    countedThrough: progress.countedThrough,
    complete: z
      .boolean()
      .describe(
        'True if the range ended more than the allowed lateness before `countedThrough`, and everything that was accepted for it before the request, of all customers, is in the totals. False in doubt.',
      ),
    nextToken,
  })
  .describe('With `from`, `to` or `sort`. Customers without requests in the range are absent.');

const openAlert = z.object({
  kind: z.enum(alertKinds),
  id: z.string().describe('The id of the event that raised it.'),
  windowStart: minute.describe('The hour that raised it.'),
  since: minute.describe('The first of the unusual hours.'),
});

const alert = z
  .object({
    id: z.string().describe('32 hexadecimal digits, the same however often the event is sent.'),
    customerId: z.string(),
    kind: z
      .enum(alertKinds)
      .describe(
        'Less traffic than usual, more than usual, a large share of errors, or no request where some are usual.',
      ),
    change: z.enum(alertChanges),
    windowSize: z.literal('hour'),
    windowStart: minute.describe('The hour that raised or resolved it.'),
    since: minute.describe('The first of the unusual hours.'),
    raisedId: z.string().optional().describe('With `resolved`: the id of the event that raised it.'),
    reason: z.enum(resolveReasons).optional().describe('With `resolved`: why it ended.'),
    requests: count.describe('Requests of the hour.'),
    usual: z
      .number()
      .optional()
      .describe(
        'Requests that are usual, by the same hour of previous weeks; of a silence, in all of its hours.',
      ),
    errors: count.optional().describe('With `errors`: requests of the hour that failed.'),
    limitShare: z.number().optional().describe('With `errors`: the share at which the hour is unusual.'),
    silentHours: count.optional().describe('With `silence`: hours without a request in a row.'),
    decidedAt: instant,
    text: z.string().describe('The event as a sentence.'),
  })
  .describe('An alert was raised, or resolved.');

const alertPage = z.object({
  customerId: z.string(),
  from: minute.describe('Later than it was asked for where a part of the range has expired.'),
  to: minute,
  judgedThrough: minute
    .nullable()
    .describe('Every hour before this one was judged; null if none was, as without rules of alerts.'),
  open: z.array(openAlert).describe('Alerts that are not resolved now, whatever the range.'),
  alerts: z.array(alert).describe('In the order of their hours.'),
  nextToken,
});

const shareLink = z.object({
  token: z
    .string()
    .describe('The token, which is a secret: whoever has it can read the counts. It is stored nowhere.'),
  customerId: z.string().describe('The only customer whose counts it shows.'),
  expiresAt: instant.describe('The instant from which on it is refused.'),
});

const gatewayRefusal = z
  .object({ message: z.string() })
  .describe('The answer of API Gateway to a request without a valid API key.');

const health = z.object({ status: z.literal('ok') });

const document = z.looseObject({ openapi: z.string() }).describe('An OpenAPI document.');

/** Parts of requests and answers, by their names in the document. */
/** The forms of other programs' protocols. */
const protocolSchemas = {
  OtlpAnswer: z.object({
    partialSuccess: z
      .object({
        rejectedLogRecords: z
          .string()
          .regex(/^[1-9]\d*$/)
          .describe('A 64-bit number, as JSON has it in OTLP.'),
        errorMessage: z.string(),
      })
      .optional()
      .describe('Log records that are no valid requests and were set aside; absent where all are valid.'),
  }),
  OtlpError: z.object({ code: z.int().describe('A code of gRPC.'), message: z.string() }),
  FirehoseAnswer: z.object({
    requestId: z.string().describe('The id of the request.'),
    timestamp: count.describe('Milliseconds since 1970.'),
  }),
  FirehoseError: z.object({ requestId: z.string(), timestamp: count, errorMessage: z.string() }),
};

export const schemas = {
  Entry: entry,
  Error: error,
  Accepted: accepted,
  KeyTotal: keyTotal,
  PathTotal: pathTotal,
  Window: window,
  WindowPage: windowPage,
  PathWindow: pathWindow,
  PathWindowPage: pathWindowPage,
  WindowsAnswer: z.union([windowPage, pathWindowPage]),
  Total: total,
  PathCounts: pathCounts,
  PathPage: pathPage,
  Batch: batch,
  CustomerTotals: customerTotals,
  CustomerPage: z.union([customerPage, customerTotalsPage]),
  Alert: alert,
  AlertPage: alertPage,
  ShareLink: shareLink,
  ShareLinkOptions: shareBodySchema,
  GatewayRefusal: gatewayRefusal,
  Health: health,
  Document: document,
  ...protocolSchemas,
  ...senderSchemas,
} as const satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof schemas;
