import pMap from 'p-map';
import type { FoldingLimits } from '../domain/folding.ts';
import { minuteKey } from '../domain/keys.ts';
import { decodePartial, partitionKeyOf, type WindowPartial } from '../domain/partial.ts';
import { addPartials } from '../domain/window-aggregate.ts';
import { decodeWindow, encodeWindow } from '../domain/window-format.ts';
import { PreconditionFailed } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface AggregatePorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** A record of the stream, with the name that it has there. */
export interface ReceivedRecord {
  readonly sequenceNumber: string;
  readonly data: Buffer;
}

/** A record that is not counted, and why; it has to be delivered again. */
export interface FailedRecord {
  readonly sequenceNumber: string;
  readonly error: unknown;
}

export interface Aggregated {
  readonly failed: readonly FailedRecord[];
  readonly windowsCreated: number;
  readonly windowsUpdated: number;
}

type WindowChange = 'created' | 'updated' | 'unchanged';

interface ReceivedPartial {
  readonly sequenceNumber: string;
  readonly partial: WindowPartial;
}

const maxWindowsInFlight = 32;

/**
 * Adds partials to their windows: each window is read once, gets all of its new partials, and is written once. A record
 * that failed takes along only those of its own window; delivered again, partials that are counted are dropped.
 */
export async function aggregate(
  records: readonly ReceivedRecord[],
  ports: AggregatePorts,
  limits: FoldingLimits,
): Promise<Aggregated> {
  const failed: FailedRecord[] = [];
  const changes: WindowChange[] = [];
  const windows = groupByWindow(records, (failure) => failed.push(failure));

  await pMap(
    windows,
    async (received) => {
      try {
        changes.push(await addToWindow(received, ports, limits));
      } catch (error) {
        failed.push(...received.map(({ sequenceNumber }) => ({ sequenceNumber, error })));
      }
    },
    { concurrency: maxWindowsInFlight },
  );
  return {
    failed,
    windowsCreated: changes.filter((change) => change === 'created').length,
    windowsUpdated: changes.filter((change) => change === 'updated').length,
  };
}

type NonEmpty<T> = [T, ...T[]];

function groupByWindow(
  records: readonly ReceivedRecord[],
  onFailure: (failure: FailedRecord) => void,
): NonEmpty<ReceivedPartial>[] {
  const windows = new Map<string, NonEmpty<ReceivedPartial>>();
  for (const { sequenceNumber, data } of records) {
    try {
      const partial = decodePartial(data);
      const window = partitionKeyOf(partial.customerId, partial.windowStart);
      const others = windows.get(window);
      if (others === undefined) windows.set(window, [{ sequenceNumber, partial }]);
      else others.push({ sequenceNumber, partial });
    } catch (error) {
      onFailure({ sequenceNumber, error });
    }
  }
  return [...windows.values()];
}

async function addToWindow(
  [first, ...others]: NonEmpty<ReceivedPartial>,
  { store, clock }: AggregatePorts,
  limits: FoldingLimits,
): Promise<WindowChange> {
  const key = minuteKey(first.partial.customerId, first.partial.windowStart);
  const partials: NonEmpty<WindowPartial> = [first.partial, ...others.map(({ partial }) => partial)];
  for (;;) {
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
