/** The HTTP contract, made from the OpenAPI document by `npm run client:types`. Change it there. */
/**
 * One request that was logged. Other fields are ignored.
 */
export interface Entry {
  /**
   * An instant of the years 1970–9999, with any offset and up to 9 decimals.
   */
  receivedAt: string
  /**
   * An HTTP token; trimmed and written in capitals.
   */
  method: string
  /**
   * Trimmed, and otherwise kept as it is with its query.
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
}
/**
 * The body of every error that a function answers.
 */
export interface ErrorAnswer {
  requestId: string
  errorCategory: ("VALIDATION" | "CONFLICT" | "LIMIT" | "NOT_FOUND" | "ROUTING" | "AVAILABILITY" | "ACCESS")
  errorCode: ("ING_1000" | "ING_1001" | "ING_1002" | "ING_1003" | "ING_1004" | "QRY_1000" | "QRY_1001" | "API_1000" | "API_1001" | "API_1002" | "API_1003" | "API_1004" | "API_1005" | "API_1006" | "API_1007" | "API_1008" | "API_1009" | "API_1010")
  errorDescription: string
  /**
   * Says what is wrong, where that is known.
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
   * Different minutes among them.
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
  requestsByPath: {
    [k: string]: number
  }
  requestsByUserAgent: {
    [k: string]: number
  }
  requestsByStatus: {
    [k: string]: number
  }
  /**
   * Batches with entries in this window; in minutes only.
   */
  batches?: number
  /**
   * Counts how many times the window was written.
   */
  revision: number
  /**
   * Those of the requests that came late.
   */
  lateRequests: number
  /**
   * It ended more than the allowed lateness before `countedThrough`, and holds all that was accepted for it before the request; late data can still raise the counts. False in doubt.
   */
  complete: boolean
  updatedAt: string
}
export interface WindowPage {
  customerId: string
  windowSize: ("minute" | "hour" | "day")
  /**
   * Later than it was asked for where a part of the range has expired.
   */
  from: string
  /**
   * A whole minute in UTC: `2025-12-28T18:03:00Z`.
   */
  to: string
  /**
   * Everything that was accepted (answered 202 or 409) before this instant is in the counts; null where that is not known now.
   */
  countedThrough: (string | null)
  /**
   * Accepted entries that are not in the counts yet; absent where that is not known.
   */
  waiting?: number
  /**
   * Asks for the next page; absent where there is none.
   */
  nextToken?: string
  /**
   * In the order of time; those without requests are absent.
   */
  windows: Window[]
}
export interface KeyTotal {
  key: string
  requests: number
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
   * Everything that was accepted (answered 202 or 409) before this instant is in the counts; null where that is not known now.
   */
  countedThrough: (string | null)
  /**
   * Accepted entries that are not in the counts yet; absent where that is not known.
   */
  waiting?: number
  pathPrefix?: string
  /**
   * With `pathPrefix`, those of the paths that start with it.
   */
  requests: number
  /**
   * Largest first.
   */
  topPaths: KeyTotal[]
  /**
   * Largest first.
   */
  topUserAgents?: KeyTotal[]
  /**
   * Largest first.
   */
  topStatuses?: KeyTotal[]
  /**
   * Requests whose key is not known, in the dimension that has most of them: each count of a key is at most so much too low, and so is `requests` with `pathPrefix`.
   */
  folded: number
  /**
   * The range ended more than the allowed lateness before `countedThrough`, and all that was accepted for it before the request is in the sum. False in doubt.
   */
  complete: boolean
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
   * All of its windows hold it.
   */
  counted: boolean
}
