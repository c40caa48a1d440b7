import pMap from 'p-map';
import type { FailedRecord } from '../../domain/failed-record.ts';
import type { FoldingLimits } from '../../domain/folding.ts';
import { groupBy } from '../../group-by.ts';
import { isForgotten } from '../../domain/tombstone.ts';
import { CountsTooLarge, NewerFormat, UnreadableFormat } from '../../errors.ts';
import type { AddToWindowPorts } from './add-to-window.ts';
import { countGroups } from './count-groups.ts';
import { decodeRecords } from './decode-records.ts';
import { isFault } from './is-fault.ts';
import type { ReceivedRecord, UncountedRecord } from './received-record.ts';
import { keepFailedRecord } from '../failed-records/keep-failed-record.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import { messageOf } from '../../message-of.ts';

export type { ReceivedRecord, UncountedRecord } from './received-record.ts';

export type AggregatePorts = AddToWindowPorts;

export interface AggregateOptions extends FoldingLimits {
  /** Number of windows that are read and written at the same time. */
  readonly windowsAtOnce?: number;
  /**
   * Reports whether a record that failed by a fault of this program was tried enough: then it counts as one that can never be
   * applied. Without it, such a record is delivered again, until the event source sends it to its on-failure destination.
   */
  readonly isTriedEnough?: ((record: ReceivedRecord) => boolean) | undefined;
}

export interface Aggregated {
  /**
   * Records to deliver again: store or window was not available, a newer version wrote one of them, or a fault of this program
   * keeps them from being counted.
   */
  readonly failed: readonly UncountedRecord[];
  /** Failed records: they can never be applied, and are kept under `failed/`. */
  readonly kept: readonly UncountedRecord[];
  readonly windowsCreated: number;
  readonly windowsUpdated: number;
  /** Number of records dropped because their windows have expired. */
  readonly expired: number;
}

/**
 * Adds partials to their windows: each window is read once, gets all of its new partials, and is written once. A record
 * that fails affects only the records of its own window. A second delivery drops the partials that are counted. A record
 * that can never be applied is kept under `failed/`, so that it does not hold up those behind it. A record of a newer
 * version is delivered again until a function of that version gets it. Records of expired windows are dropped: a deleted
 * window must not come back with a part of its counts.
 */
export async function aggregate(
  records: readonly ReceivedRecord[],
  ports: AggregatePorts,
  { windowsAtOnce = 32, isTriedEnough = () => false, ...limits }: AggregateOptions,
): Promise<Aggregated> {
  const groups = groupBy(records, ({ partitionKey }) => partitionKey).values();
  const counted = await countGroups(groups, ports, { ...limits, windowsAtOnce });
  const uncounted = counted.flatMap((group) => group.uncounted);
  const failed: UncountedRecord[] = [];
  const unappliable: UncountedRecord[] = [];
  for (const each of uncounted) {
    const isUnappliable = canNeverBeApplied(each) || (isFault(each.error) && isTriedEnough(each.record));
    (isUnappliable ? unappliable : failed).push(each);
  }

  const kept: UncountedRecord[] = [];
  await pMap(
    unappliable,
    async (uncounted) => {
      try {
        await keepUnlessForgotten(uncounted, ports);
        kept.push(uncounted);
      } catch (error) {
        failed.push({ record: uncounted.record, error });
      }
    },
    { concurrency: windowsAtOnce },
  );
  return {
    failed,
    kept,
    windowsCreated: counted.filter(({ change }) => change === 'created').length,
    windowsUpdated: counted.filter(({ change }) => change === 'updated').length,
    expired: counted.reduce((sum, { expired }) => sum + expired, 0),
  };
}

/** Returns whether the record can never be applied. A damaged window stays so until somebody repairs it; then `verify` adds what it lacks. */
function canNeverBeApplied({ error }: UncountedRecord): boolean {
  const isOfRecord = error instanceof UnreadableFormat || error instanceof CountsTooLarge;
  return isOfRecord && !(error instanceof NewerFormat);
}

/**
 * Keeps a record that can never be applied. It reads the tombstone after that, for the same reason as `countGroups`:
 * forgetting looks for failed records after it has written the tombstone. In doubt it keeps the record.
 */
async function keepUnlessForgotten(uncounted: UncountedRecord, ports: AggregatePorts): Promise<void> {
  const { store, clock } = ports;
  const place = await keepFailedRecord(toFailedRecord(uncounted, clock.now()), store);
  const { received } = decodeRecords([uncounted.record]);
  for (const { partial } of received) {
    try {
      const tombstone = await readTombstone(partial.customerId, store);
      if (isForgotten(partial.storedAt, tombstone)) await store.delete(place);
    } catch (error) {
      // A damaged tombstone may be why the record is here.
      if (!(error instanceof UnreadableFormat) || error instanceof NewerFormat) throw error;
    }
  }
}

function toFailedRecord({ record, error }: UncountedRecord, now: Date): FailedRecord {
  return { ...record, cause: messageOf(error), failedAt: now };
}
