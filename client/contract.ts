/** The HTTP contract, made from the OpenAPI document by `npm run client:types`. Change it there. */
/**
 * One logged request. Other fields are ignored. An object without any of the fields from `receivedAt` to `status` may also hold a line of an access log, in a field such as `log` or `message`.
 */
export interface Entry {
  /**
   * An instant of the years 1970–9999, with any offset and up to 9 decimals.
   */
  receivedAt: string
  /**
   * An HTTP token; trimmed and converted to capitals.
   */
  method: string
  /**
   * Trimmed, and otherwise kept unchanged with its query.
   */
  path: string
  /**
   * May be empty or absent; counted by its family.
   */
  userAgent?: string
  /**
   * The status of the answer, as a number or as a string.
   */
  status?: (number | string)
  /**
   * Size of the answer. This and the fields below are optional facts; one that is not valid is left out.
   */
  bytes?: number
  /**
   * Milliseconds that the answer took, rounded to whole ones when they are read.
   */
  durationMs?: number
  /**
   * Web address of the referring page; its host is counted.
   */
  referrer?: string
  /**
   * Host of the request; counted in lower case and without a port.
   */
  host?: string
  /**
   * Address of the client. It is hashed to count visitors, and no window has it.
   */
  clientIp?: string
  /**
   * Two characters of ISO 3166, such as `DE`.
   */
  country?: string
}
/**
 * The body of every error that a function answers.
 */
export interface ErrorAnswer {
  requestId: string
  errorCategory: ("VALIDATION" | "CONFLICT" | "LIMIT" | "NOT_FOUND" | "ROUTING" | "AVAILABILITY" | "ACCESS")
  errorCode: ("ING_1000" | "ING_1001" | "ING_1002" | "ING_1003" | "ING_1004" | "QRY_1000" | "QRY_1001" | "API_1000" | "API_1001" | "API_1002" | "API_1003" | "API_1004" | "API_1005" | "API_1006" | "API_1007" | "API_1008" | "API_1009" | "API_1010" | "API_1011" | "API_1012")
  errorDescription: string
  /**
   * Describes the problems, if they are known.
   */
  details?: {
    /**
     * The position of the entry in the batch, from 0.
     */
    index?: number
    field?: string
    reason: string
  }[]
  /**
   * With `ING_1001`: the batch that was accepted before.
   */
  batchId?: string
}
export interface Accepted {
  /**
   * The idempotency key, or `sha256-` and a hash.
   */
  batchId: string
  /**
   * Entries that are counted; 0 where all were rejected.
   */
  entries: number
  /**
   * Number of different minutes among them.
   */
  windows: number
  /**
   * Invalid entries, which were set aside; absent where all are valid.
   */
  rejected?: number
  /**
   * The problems of the first 10 rejected entries; `index` counts entries, or lines that are not blank.
   */
  details?: {
    /**
     * The position of the entry in the batch, from 0.
     */
    index?: number
    field?: string
    reason: string
  }[]
}
export interface Window {
  customerId: string
  windowSize: ("minute" | "hour" | "day")
  /**
   * A whole minute in UTC: `2025-12-28T18:03:00Z`.
   */
  windowStart: string
  requests: number
  /**
   * Absent if `dimensions` leaves it out.
   */
  requestsByPath: {
    [k: string]: number
  }
  /**
   * Absent if `dimensions` leaves it out.
   */
  requestsByUserAgent: {
    [k: string]: number
  }
  /**
   * Absent if `dimensions` leaves it out.
   */
  requestsByStatus: {
    [k: string]: number
  }
  /**
   * Absent where no entry had the fact, and if `dimensions` leaves it out.
   */
  requestsByAgentClass?: {
    [k: string]: number
  }
  /**
   * Absent where no entry had the fact, and if `dimensions` leaves it out.
   */
  requestsByErrorPath?: {
    [k: string]: number
  }
  /**
   * Absent where no entry had the fact, and if `dimensions` leaves it out.
   */
  requestsByReferrer?: {
    [k: string]: number
  }
  /**
   * Absent where no entry had the fact, and if `dimensions` leaves it out.
   */
  requestsByHost?: {
    [k: string]: number
  }
  /**
   * Absent where no entry had the fact, and if `dimensions` leaves it out.
   */
  requestsByCountry?: {
    [k: string]: number
  }
  /**
   * Bytes by path; exact, and absent where they are 0.
   */
  bytesByPath?: {
    [k: string]: number
  }
  /**
   * Sums of durations by path; exact, and absent where they are 0.
   */
  durationMsByPath?: {
    [k: string]: number
  }
  /**
   * Exact sum; absent where no entry had the fact.
   */
  bytes?: number
  /**
   * Absent where no entry had the fact. Percentiles are at most 2 % wrong.
   */
  duration?: {
    /**
     * Requests that had a duration.
     */
    requests: number
    /**
     * Exact sum of their durations.
     */
    sumMs: number
    p50Ms: number
    p95Ms: number
    p99Ms: number
  }
  /**
   * Approximate number of different addresses and agents of people, with a standard error of 1.6 %; over several UTC days the sum of daily visitors. Absent where nothing is known of them.
   */
  visitors?: number
  /**
   * Batches with entries in this window; in minutes only.
   */
  batches?: number
  /**
   * Number of times that the window was written; in a window that is composed of others, that of all of them together.
   */
  revision: number
  /**
   * Number of these requests that came late.
   */
  lateRequests: number
  /**
   * True if the window ended more than the allowed lateness before `countedThrough`, and includes everything that was accepted for it before the request; late data can still raise the counts. False in doubt.
   */
  complete: boolean
  updatedAt: string
}
export interface WindowPage {
  customerId: string
  windowSize: ("minute" | "hour" | "day")
  /**
   * The time zone that was asked for.
   */
  tz?: string
  /**
   * Later than it was asked for where a part of the range has expired.
   */
  from: string
  /**
   * A whole minute in UTC: `2025-12-28T18:03:00Z`.
   */
  to: string
  /**
   * Everything that was accepted (answered 202 or 409) before this instant is in the counts; null if the instant is not known now.
   */
  countedThrough: (string | null)
  /**
   * Accepted entries that are not in the counts yet; absent if their number is not known.
   */
  waiting?: number
  /**
   * Requests the next page; absent on the last one.
   */
  nextToken?: string
  /**
   * In time order; windows without requests are absent.
   */
  windows: Window[]
}
export interface KeyTotal {
  key: string
  requests: number
}
export interface PathTotal {
  key: string
  requests: number
  /**
   * Bytes of its answers; absent where no entry of the range had any.
   */
  bytes?: number
  /**
   * Mean of the durations that are known; absent where none is.
   */
  meanMs?: number
}
export interface PathWindow {
  customerId: string
  windowSize: ("minute" | "hour" | "day")
  /**
   * A whole minute in UTC: `2025-12-28T18:03:00Z`.
   */
  windowStart: string
  requests: number
  /**
   * Requests with a status of 400 or more.
   */
  errors: number
  /**
   * Exact sum; absent where no entry had the fact.
   */
  bytes?: number
  /**
   * Exact sum of its durations; absent where none is known.
   */
  durationMs?: number
  /**
   * Mean of the durations that are known; absent where none is.
   */
  meanMs?: number
  /**
   * Requests of the window whose path is not known; absent where there are none.
   */
  folded?: number
  /**
   * Errors of the window whose path is not known; absent where there are none.
   */
  foldedErrors?: number
  /**
   * True if the window ended more than the allowed lateness before `countedThrough`, and includes everything that was accepted for it before the request; late data can still raise the counts. False in doubt.
   */
  complete: boolean
  updatedAt: string
}
/**
 * With `path`.
 */
export interface PathWindowPage {
  customerId: string
  windowSize: ("minute" | "hour" | "day")
  /**
   * The time zone that was asked for.
   */
  tz?: string
  /**
   * The path that was asked for.
   */
  path: string
  /**
   * Later than it was asked for where a part of the range has expired.
   */
  from: string
  /**
   * A whole minute in UTC: `2025-12-28T18:03:00Z`.
   */
  to: string
  /**
   * Everything that was accepted (answered 202 or 409) before this instant is in the counts; null if the instant is not known now.
   */
  countedThrough: (string | null)
  /**
   * Accepted entries that are not in the counts yet; absent if their number is not known.
   */
  waiting?: number
  /**
   * Requests whose path is not known, in all windows that were read for this page; those of the path may be among them.
   */
  folded: number
  /**
   * Errors whose path is not known, in the same windows.
   */
  foldedErrors: number
  /**
   * Requests the next page; absent on the last one.
   */
  nextToken?: string
  /**
   * In time order; windows without requests of the path are absent.
   */
  windows: PathWindow[]
}
export interface PathCounts {
  /**
   * Method and path.
   */
  key: string
  requests: number
  /**
   * Requests with a status of 400 or more.
   */
  errors: number
  /**
   * Bytes of its answers; absent where no entry of the range had any.
   */
  bytes?: number
  /**
   * Mean of the durations that are known; absent where none is.
   */
  meanMs?: number
}
export interface PathPage {
  customerId: string
  /**
   * Later than it was asked for where a part of the range has expired.
   */
  from: string
  /**
   * A whole minute in UTC: `2025-12-28T18:03:00Z`.
   */
  to: string
  /**
   * Everything that was accepted (answered 202 or 409) before this instant is in the counts; null if the instant is not known now.
   */
  countedThrough: (string | null)
  /**
   * Accepted entries that are not in the counts yet; absent if their number is not known.
   */
  waiting?: number
  /**
   * True if the range ended more than the allowed lateness before `countedThrough`, and everything that was accepted for it before the request is in the counts. False in doubt.
   */
  complete: boolean
  /**
   * Largest value of `sort` first; paths of equal values by name.
   */
  paths: PathCounts[]
  /**
   * Requests whose path is not known, also with `search`. The requests of each path are too low by at most this number, and a path that is missing has at most that many.
   */
  folded: number
  /**
   * Errors whose path is not known. The errors of each path are too low by at most this number.
   */
  foldedErrors: number
  /**
   * Requests the next page; absent on the last one.
   */
  nextToken?: string
}
export interface Total {
  customerId: string
  /**
   * Later than it was asked for where a part of the range has expired.
   */
  from: string
  /**
   * A whole minute in UTC: `2025-12-28T18:03:00Z`.
   */
  to: string
  /**
   * Everything that was accepted (answered 202 or 409) before this instant is in the counts; null if the instant is not known now.
   */
  countedThrough: (string | null)
  /**
   * Accepted entries that are not in the counts yet; absent if their number is not known.
   */
  waiting?: number
  pathPrefix?: string
  /**
   * With `pathPrefix`, only requests whose path starts with it.
   */
  requests: number
  /**
   * Largest first.
   */
  topPaths?: PathTotal[]
  /**
   * Largest first.
   */
  topUserAgents?: KeyTotal[]
  /**
   * Largest first.
   */
  topStatuses?: KeyTotal[]
  /**
   * Largest first.
   */
  agentClasses?: KeyTotal[]
  /**
   * Largest first.
   */
  topErrorPaths?: KeyTotal[]
  /**
   * Largest first.
   */
  topReferrers?: KeyTotal[]
  /**
   * Largest first.
   */
  topHosts?: KeyTotal[]
  /**
   * Largest first.
   */
  topCountries?: KeyTotal[]
  /**
   * Exact sum; with `pathPrefix` of the paths that start with it.
   */
  bytes?: number
  /**
   * Absent with `pathPrefix`, and where no entry had the fact.
   */
  duration?: {
    /**
     * Requests that had a duration.
     */
    requests: number
    /**
     * Exact sum of their durations.
     */
    sumMs: number
    p50Ms: number
    p95Ms: number
    p99Ms: number
  }
  /**
   * Approximate, with a standard error of 1.6 %. Absent with `pathPrefix`.
   */
  visitors?: number
  /**
   * Number of requests whose key is not known, in the dimension that has most of them. The count of each key is too low by at most this number, and so is `requests` with `pathPrefix`.
   */
  folded: number
  /**
   * True if the range ended more than the allowed lateness before `countedThrough`, and everything that was accepted for it before the request is in the sum. False in doubt.
   */
  complete: boolean
  /**
   * Entries that were rejected and so are not counted. Absent if there are none, and if no process of the pipeline sees all batches.
   */
  rejections?: {
    /**
     * Start of the pipeline. Batches that were stored since then are counted here.
     */
    since: string
    /**
     * Number of rejected entries of the customer, of any time.
     */
    entries: number
    /**
     * The latest problems, the last one first; at most 10.
     */
    latest: {
      batchId: string
      at: string
      /**
       * The position of the entry in the batch, from 0.
       */
      index?: number
      field?: string
      reason: string
    }[]
  }
}
export interface BatchAnswer {
  batchId: string
  entries: number
  windows: number
  /**
   * Invalid entries, which were set aside; absent where all are valid.
   */
  rejected?: number
  /**
   * The problems of the first 10 rejected entries; `index` counts entries, or lines that are not blank.
   */
  details?: {
    /**
     * The position of the entry in the batch, from 0.
     */
    index?: number
    field?: string
    reason: string
  }[]
  storedAt: string
  /**
   * True if all of its windows include the batch.
   */
  counted: boolean
}
/**
 * An alert was raised, or resolved.
 */
export interface Alert {
  /**
   * 32 hexadecimal digits, the same however often the event is sent.
   */
  id: string
  customerId: string
  /**
   * Less traffic than usual, more than usual, a large share of errors, or no request where some are usual.
   */
  kind: ("fall" | "rise" | "errors" | "silence")
  change: ("raised" | "resolved")
  windowSize: "hour"
  /**
   * The hour that raised or resolved it.
   */
  windowStart: string
  /**
   * The first of the unusual hours.
   */
  since: string
  /**
   * With `resolved`: the id of the event that raised it.
   */
  raisedId?: string
  /**
   * With `resolved`: why it ended.
   */
  reason?: ("recovered" | "not-judged" | "switched-off")
  /**
   * Requests of the hour.
   */
  requests: number
  /**
   * Requests that are usual, by the same hour of previous weeks; of a silence, in all of its hours.
   */
  usual?: number
  /**
   * With `errors`: requests of the hour that failed.
   */
  errors?: number
  /**
   * With `errors`: the share at which the hour is unusual.
   */
  limitShare?: number
  /**
   * With `silence`: hours without a request in a row.
   */
  silentHours?: number
  decidedAt: string
  /**
   * The event as a sentence.
   */
  text: string
}
export interface AlertPage {
  customerId: string
  /**
   * Later than it was asked for where a part of the range has expired.
   */
  from: string
  /**
   * A whole minute in UTC: `2025-12-28T18:03:00Z`.
   */
  to: string
  /**
   * Every hour before this one was judged; null if none was, as without rules of alerts.
   */
  judgedThrough: (string | null)
  /**
   * Alerts that are not resolved now, whatever the range.
   */
  open: {
    kind: ("fall" | "rise" | "errors" | "silence")
    /**
     * The id of the event that raised it.
     */
    id: string
    /**
     * The hour that raised it.
     */
    windowStart: string
    /**
     * The first of the unusual hours.
     */
    since: string
  }[]
  /**
   * In the order of their hours.
   */
  alerts: Alert[]
  /**
   * Requests the next page; absent on the last one.
   */
  nextToken?: string
}
export interface ShareLink {
  /**
   * The token, which is a secret: whoever has it can read the counts. It is stored nowhere.
   */
  token: string
  /**
   * The only customer whose counts it shows.
   */
  customerId: string
  /**
   * The instant from which on it is refused.
   */
  expiresAt: string
}
export interface ShareLinkOptions {
  /**
   * Seconds after which the link ends.
   */
  expiresInSeconds?: number
}
