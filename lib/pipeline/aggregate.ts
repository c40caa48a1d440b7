import pMap from 'p-map';
import type { FailedRecord } from '../domain/failed-record.ts';
import type { FoldingLimits } from '../domain/folding.ts';
import { groupBy, type NonEmpty } from '../domain/group-by.ts';
import { NewerFormat, UnreadableFormat } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { addToWindow, type AddedToWindow } from './aggregate/add-to-window.ts';
import { decodeRecords } from './aggregate/decode-records.ts';
import type { ReceivedPartial, ReceivedRecord, UncountedRecord } from './aggregate/received-record.ts';
import { keepFailedRecord } from './keep-failed-record.ts';

export type { ReceivedRecord, UncountedRecord } from './aggregate/received-record.ts';

export interface AggregatePorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

export interface AggregateOptions extends FoldingLimits {
  /** So many windows are read and written at the same time. */
  readonly windowsAtOnce?: number;
}

export interface Aggregated {
  /** To be delivered again: store or window could not be had now, or a newer version wrote one of them. */
  readonly failed: readonly UncountedRecord[];
  /** Never to be applied, and kept under `failed/`. */
  readonly setAside: readonly UncountedRecord[];
  readonly windowsCreated: number;
  readonly windowsUpdated: number;
}

/**
 * Adds partials to their windows: each window is read once, gets all of its new partials, and is written once. A record
 * that fails takes along only those of its own window; delivered again, partials that are counted are dropped. One that
 * can never be applied is set aside, so that those behind it are not held up. What a newer version wrote is delivered
 * again until a function of that version gets it.
 */
export async function aggregate(
  records: readonly ReceivedRecord[],
  ports: AggregatePorts,
  { windowsAtOnce = 32, ...limits }: AggregateOptions,
): Promise<Aggregated> {
  const changes: AddedToWindow['change'][] = [];
  const failed: UncountedRecord[] = [];
  const hopeless: UncountedRecord[] = [];
  const giveBack = (uncounted: readonly UncountedRecord[]) => {
    for (const each of uncounted) (isHopeless(each) ? hopeless : failed).push(each);
  };
  const addAll = async (received: NonEmpty<ReceivedPartial>): Promise<void> => {
    try {
      const { change, tooLarge } = await addToWindow(received, ports, limits);
      changes.push(change);
      hopeless.push(...tooLarge);
    } catch (error) {
      giveBack(received.map(({ record }) => ({ record, error })));
    }
  };
  await pMap(
    groupBy(records, ({ partitionKey }) => partitionKey).values(),
    async (group) => {
      // Decoded when it is its turn: all at once would hold up whatever else this process does.
      const { received, unreadable } = decodeRecords(group);
      giveBack(unreadable);
      const [first, ...others] = received;
      if (first !== undefined) await addAll([first, ...others]); // of one window, as their key is
    },
    { concurrency: windowsAtOnce },
  );

  const setAside: UncountedRecord[] = [];
  await pMap(
    hopeless,
    async (uncounted) => {
      try {
        await keepFailedRecord(toFailedRecord(uncounted, ports.clock.now()), ports.store);
        setAside.push(uncounted);
      } catch (error) {
        failed.push({ record: uncounted.record, error });
      }
    },
    { concurrency: windowsAtOnce },
  );
  return {
    failed,
    setAside,
    windowsCreated: changes.filter((change) => change === 'created').length,
    windowsUpdated: changes.filter((change) => change === 'updated').length,
  };
}

/** A window that is damaged stays so until somebody repairs it; `verify` then sees to what is missing in it. */
function isHopeless({ error }: UncountedRecord): boolean {
  return error instanceof UnreadableFormat && !(error instanceof NewerFormat);
}

function toFailedRecord({ record, error }: UncountedRecord, now: Date): FailedRecord {
  return { ...record, cause: error instanceof Error ? error.message : String(error), failedAt: now };
}
