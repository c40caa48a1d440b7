import type { DeliveredRecord } from './delivered-record.ts';
import type { FailedOutcome } from './outcome.ts';
import type { StreamEventSettings } from './settings.ts';

/** Records whose invocation failed, and which are not halved any further. */
export interface FailedRecords {
  /** Records in order, at least one. */
  readonly records: readonly DeliveredRecord[];
  /** Number of invocations that had them. */
  readonly invocations: number;
  /** Time for which they have been tried: the durations of the invocations, and the backoff after each. */
  readonly triedMilliseconds: number;
  readonly outcome: FailedOutcome;
}

/** The first of the records, which have reached a limit. */
export interface ExhaustedRecords {
  readonly records: readonly DeliveredRecord[];
  /** AWS's name of the condition; the second one is not in its documents, but others have seen AWS send it. */
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
}

/**
 * Returns the records that have used up their attempts or their time; `undefined` if there are none yet. A failure
 * that the function reports counts as an attempt, like a crash. If the function named the record, those behind it are
 * not to blame.
 *
 * The age is the time for which records have been tried. AWS counts from the moment when the record was put, since
 * its mappings always run. Here a record may have waited on a machine that was off or asleep, behind others that
 * failed, or seem old because the clock was set. Then it has not been tried, and its first failure is no reason to
 * stop trying.
 */
export function exhaustedRecords(
  { records, invocations, triedMilliseconds, outcome }: FailedRecords,
  { maxRetryAttempts, maxRecordAgeSeconds }: StreamEventSettings,
): ExhaustedRecords | undefined {
  const suspects = outcome.kind === 'partly done' ? records.slice(0, 1) : records;
  if (invocations > maxRetryAttempts) return { records: suspects, condition: 'RetryAttemptsExhausted' };
  if (triedMilliseconds > maxRecordAgeSeconds * 1000)
    return { records: suspects, condition: 'RecordAgeExceeded' };
  return undefined;
}
