import type { LoggedRecord } from '../local-stream.ts';
import type { FailedOutcome } from './outcome.ts';
import type { StreamEventSettings } from './settings.ts';

/** Records whose invocation did not succeed, and which are not halved any further. */
export interface FailedRecords {
  /** In order, at least one. */
  readonly records: readonly LoggedRecord[];
  /** How many invocations had them. */
  readonly invocations: number;
  /** For how long they have been tried: what the invocations took, and the back-off after each. */
  readonly triedMilliseconds: number;
  readonly outcome: FailedOutcome;
}

/** The first of the records, which have reached a limit. */
export interface ExhaustedRecords {
  readonly records: readonly LoggedRecord[];
  /** As AWS names it; the second one is not in its documents, but in what others have seen it send. */
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
}

/**
 * Those that have had all their attempts or their time; `undefined` where there are none yet. A failure that the function
 * reports counts as an attempt like one that it dies of. Where it has named the record, those behind it are innocent.
 *
 * The age is for how long they have been tried. AWS takes it from when the record was put, as its mappings always run. Here
 * a record may have waited on a machine that was off or asleep, behind others that failed, or seem old since the clock was
 * set: then it has not been tried, and its first failure is no reason to give it up.
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
