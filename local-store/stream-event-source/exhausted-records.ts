import type { LoggedRecord } from '../local-stream.ts';
import type { FailedOutcome } from './outcome.ts';
import type { StreamEventSettings } from './settings.ts';

/** Records whose invocation did not succeed, and which are not halved any further. */
export interface FailedRecords {
  /** In order, at least one. */
  readonly records: readonly LoggedRecord[];
  /** How many invocations had them. */
  readonly invocations: number;
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
 * The age is that of the record, less the time before the source was started: AWS's mappings always run, and what waited
 * on a machine that was off has not been tried. For the same reason nothing is given up here that was not tried at
 * least once, whereas AWS drops what is too old unseen.
 */
export function exhaustedRecords(
  { records, invocations, outcome }: FailedRecords,
  { maxRetryAttempts, maxRecordAgeSeconds }: StreamEventSettings,
  startedAt: Date,
  now: Date,
): ExhaustedRecords | undefined {
  const suspects = outcome.kind === 'partly done' ? records.slice(0, 1) : records;
  if (invocations > maxRetryAttempts) return { records: suspects, condition: 'RetryAttemptsExhausted' };
  const isYoung = ({ putAt }: LoggedRecord) =>
    now.getTime() - Math.max(putAt.getTime(), startedAt.getTime()) <= maxRecordAgeSeconds * 1000;
  const firstYoung = suspects.findIndex(isYoung);
  const old = firstYoung === -1 ? suspects : suspects.slice(0, firstYoung);
  return old.length === 0 ? undefined : { records: old, condition: 'RecordAgeExceeded' };
}
