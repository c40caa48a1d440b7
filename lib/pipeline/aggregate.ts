import pMap from 'p-map';
import type { FailedRecord } from '../domain/failed-record.ts';
import type { FoldingLimits } from '../domain/folding.ts';
import { groupBy, type NonEmpty } from '../domain/group-by.ts';
import { minuteKey } from '../domain/keys.ts';
import { decodePartial, partitionKeyOf, type WindowPartial } from '../domain/partial.ts';
import { addPartials } from '../domain/window-aggregate.ts';
import { decodeWindow, encodeWindow } from '../domain/window-format.ts';
import { PreconditionFailed, UnreadableFormat } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { keepFailedRecord } from './keep-failed-record.ts';
import type { Retention } from './retention.ts';

export interface AggregatePorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Without it no window expires. */
  readonly retention?: Retention;
}

export interface AggregateOptions extends FoldingLimits {
  /** So many windows are read and written at the same time. */
  readonly windowsAtOnce?: number;
}

/** A record of a stream, and its place there. */
export interface ReceivedRecord {
  readonly stream: string;
  readonly partition: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** A record that is not counted, and why. */
export interface UncountedRecord {
  readonly record: ReceivedRecord;
  readonly error: unknown;
}

export interface Aggregated {
  /** To be delivered again: store or window could not be had now. */
  readonly failed: readonly UncountedRecord[];
  /** Never to be applied, and kept under `failed/`. */
  readonly setAside: readonly UncountedRecord[];
  readonly windowsCreated: number;
  readonly windowsUpdated: number;
  /** Dropped, since their windows have expired. */
  readonly expired: number;
}

type WindowChange = 'created' | 'updated' | 'unchanged' | 'expired';

interface ReceivedPartial {
  readonly record: ReceivedRecord;
  readonly partial: WindowPartial;
}

/**
 * Adds partials to their windows: each window is read once, gets all of its new partials, and is written once. A record
 * that fails takes along only those of its own window; delivered again, partials that are counted are dropped. One that
 * can never be applied is set aside, so that those behind it are not held up. Those of expired windows are dropped: a
 * window that was deleted must not come back with a part of its counts.
 */
export async function aggregate(
  records: readonly ReceivedRecord[],
  ports: AggregatePorts,
  { windowsAtOnce = 32, ...limits }: AggregateOptions,
): Promise<Aggregated> {
  const changes: WindowChange[] = [];
  const failed: UncountedRecord[] = [];
  let expired = 0;
  const hopeless: UncountedRecord[] = [];
  const addAll = async (received: NonEmpty<ReceivedPartial>): Promise<void> => {
    try {
      const change = await addToWindow(received, ports, limits);
      changes.push(change);
      if (change === 'expired') expired += received.length;
    } catch (error) {
      // A window that cannot be read stays so, until somebody mends it; `verify` then sees to what is missing in it.
      const those = error instanceof UnreadableFormat ? hopeless : failed;
      those.push(...received.map(({ record }) => ({ record, error })));
    }
  };
  await pMap(
    groupBy(records, ({ partitionKey }) => partitionKey).values(),
    async (group) => {
      // Decoded when it is its turn: all at once would hold up whatever else this process does.
      const { received, unreadable } = decodeAll(group);
      hopeless.push(...unreadable);
      // A partition key stands for one window; should it ever not, nothing is lost by it.
      for (const window of groupBy(received, windowOf).values()) await addAll(window);
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
    expired,
  };
}

function windowOf({ partial }: ReceivedPartial): string {
  return partitionKeyOf(partial.customerId, partial.windowStart);
}

function decodeAll(records: readonly ReceivedRecord[]): {
  received: readonly ReceivedPartial[];
  unreadable: readonly UncountedRecord[];
} {
  const received: ReceivedPartial[] = [];
  const unreadable: UncountedRecord[] = [];
  for (const record of records) {
    try {
      received.push({ record, partial: decodePartial(record.data) });
    } catch (error) {
      if (!(error instanceof UnreadableFormat)) throw error;
      unreadable.push({ record, error });
    }
  }
  return { received, unreadable };
}

async function addToWindow(
  [first, ...others]: NonEmpty<ReceivedPartial>,
  { store, clock, retention }: AggregatePorts,
  limits: FoldingLimits,
): Promise<WindowChange> {
  const { customerId, windowStart } = first.partial;
  const key = minuteKey(customerId, windowStart);
  const partials: NonEmpty<WindowPartial> = [first.partial, ...others.map(({ partial }) => partial)];
  for (;;) {
    // Asked before each write, so that none can come after the deletion.
    if (retention !== undefined && windowStart < (await retention.horizon())) return 'expired';
    const object = await store.get(key);
    const current = object && decodeWindow(object.body);
    const next = addPartials(current, partials, clock.now(), limits);
    if (next === undefined) return 'unchanged';
    try {
      await store.put(key, encodeWindow(next), object ? { ifMatch: object.etag } : { ifNoneMatch: '*' });
      return object ? 'updated' : 'created';
    } catch (error) {
      // Somebody else wrote this window since it was read: what is there now is read, and added to.
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}

function toFailedRecord({ record, error }: UncountedRecord, now: Date): FailedRecord {
  return { ...record, cause: error instanceof Error ? error.message : String(error), failedAt: now };
}
