import { emptyCounts, mapDimensions } from './dimensions.ts';
import type { FoldingLimits } from './folding.ts';
import { firstNames, nameOfId } from './packed-id-names.ts';
import { unseen } from './packed-ids.ts';
import { partialIdBytes, type WindowPartial } from './partial.ts';
import { addPartials, type WindowAggregate } from './window-aggregate.ts';

/**
 * Repair that a window needs: add the partials that it lacks, recompute its counts as well, or rebuild all of it from
 * the stored batches alone, which removes foreign partials.
 */
export type Remedy = 'add' | 'recount' | 'rebuild';

/** Repair of one window that is under way. */
export interface WindowRepair {
  /** Adds a partial of a stored batch: by the current rules where `renewedBy` says so, and else as it is stored. */
  add(partial: WindowPartial): void;
  /** The repaired window; `undefined` where there is nothing to write. */
  finish(): WindowAggregate | undefined;
}

export interface WindowRepairOptions {
  readonly now: Date;
  readonly limits: FoldingLimits;
  /** Version of the current rules. */
  readonly rulesVersion: string;
}

/** Number of partials added at a time, as each addition copies the counts. */
const partialsAddedTogether = 256;

/**
 * Begins to repair a window, which gets its partials one at a time and takes memory for one window. It keeps the partials
 * that it holds, in the same order, and the keys that it has.
 */
export function repairWindow(
  current: WindowAggregate | undefined,
  remedy: Remedy,
  options: WindowRepairOptions,
): WindowRepair {
  const sum = sumOfPartials(beginning(current, remedy), options);
  return {
    add: (partial) => sum.add(partial),
    finish() {
      const repaired = sum.finish();
      if (repaired === undefined || repaired.partialIds.length === 0 || repaired === current)
        return undefined;
      const held = current?.partialIds ?? Buffer.alloc(0);
      const counted: WindowAggregate = {
        ...repaired,
        counts: mapDimensions(
          (field) => new Map([...repaired.counts[field]].filter(([, requests]) => requests > 0)),
        ),
        revision: (current?.revision ?? 0) + 1,
        partialIds: remedy === 'rebuild' ? repaired.partialIds : joined(held, repaired.partialIds),
      };
      if (current?.recounted === undefined || remedy === 'add') return counted;
      const renewed =
        remedy === 'rebuild'
          ? counted.partialIds.length / partialIdBytes
          : distinct(held.subarray(0, current.recounted.partials * partialIdBytes)).length;
      return { ...counted, recounted: { rulesVersion: options.rulesVersion, partials: renewed } };
    },
  };
}

/**
 * Returns a function that says whether a repair needs a partial by the current rules: where a window was recounted, these
 * replace the rules that it names.
 */
export function renewedBy(
  remedy: Remedy,
  window: Pick<WindowAggregate, 'partialIds' | 'recounted'> | undefined,
): (id: Buffer) => boolean {
  if (window?.recounted === undefined || remedy === 'add') return () => false;
  if (remedy === 'rebuild') return () => true;
  const renewed = firstNames(window.partialIds, window.recounted.partials);
  return (id) => renewed.has(nameOfId(id));
}

/** Begins to count a window anew, by the current rules: its keys find their places again. */
export function recountWindow(current: WindowAggregate, options: WindowRepairOptions): WindowRepair {
  const sum = sumOfPartials({ ...withoutCounts(current), counts: emptyCounts() }, options);
  return {
    add: (partial) => sum.add(partial),
    finish() {
      const counted = sum.finish();
      if (counted === undefined) return undefined;
      const { partialIds } = current;
      const recounted = {
        ...counted,
        revision: current.revision + 1,
        partialIds,
        recounted: {
          rulesVersion: options.rulesVersion,
          partials: partialIds.length / partialIdBytes,
        },
      };
      const hasAll = counted.partialIds.length === partialIds.length;
      return hasAll && isRecountOf(recounted, current) ? recounted : undefined;
    },
  };
}

/** Reports whether a window counts the same partials and requests as another one, all by the rules that it names. */
export function isRecountOf(window: WindowAggregate, before: WindowAggregate): boolean {
  const numbers = ['requests', 'batches', 'lateRequests'] as const;
  const instants = ['storedSince', 'forgottenBefore'] as const;
  return (
    window.customerId === before.customerId &&
    window.windowStart === before.windowStart &&
    window.revision === before.revision + 1 &&
    window.recounted?.partials === window.partialIds.length / partialIdBytes &&
    window.partialIds.equals(before.partialIds) &&
    numbers.every((field) => window[field] === before[field]) &&
    instants.every((field) => window[field]?.getTime() === before[field]?.getTime())
  );
}

/** Adds partials to a window, some at a time. */
function sumOfPartials(
  start: WindowAggregate | undefined,
  { now, limits }: WindowRepairOptions,
): WindowRepair {
  let sum = start;
  let waiting: WindowPartial[] = [];
  const addWaiting = () => {
    const [first, ...others] = waiting;
    if (first !== undefined) sum = addPartials(sum, [first, ...others], now, limits) ?? sum;
    waiting = [];
  };
  return {
    add(partial) {
      waiting.push(partial);
      if (waiting.length === partialsAddedTogether) addWaiting();
    },
    finish() {
      addWaiting();
      return sum;
    },
  };
}

function beginning(current: WindowAggregate | undefined, remedy: Remedy): WindowAggregate | undefined {
  if (remedy === 'rebuild') return undefined;
  return current && remedy === 'recount' ? withoutCounts(current) : current;
}

/** Returns the window as it was before its first partial, except that its keys keep their places. */
function withoutCounts(window: WindowAggregate): WindowAggregate {
  return {
    ...window,
    counts: mapDimensions((field) => new Map([...window.counts[field].keys()].map((key) => [key, 0]))),
    measures: undefined,
    requests: 0,
    batches: 0,
    lateRequests: 0,
    partialIds: Buffer.alloc(0),
  };
}

/** Returns each id once: the held ones as they were, and the new ones behind them. */
function joined(held: Buffer, all: Buffer): Buffer {
  return Buffer.concat([...distinct(held), ...unseen(held, listed(all))].map(({ id }) => id));
}

/** Returns each id once, in order. */
function distinct(packed: Buffer): readonly { readonly id: Buffer }[] {
  return unseen(Buffer.alloc(0), listed(packed));
}

function listed(packed: Buffer): { readonly id: Buffer }[] {
  return Array.from({ length: packed.length / partialIdBytes }, (_, place) => ({
    id: packed.subarray(place * partialIdBytes, (place + 1) * partialIdBytes),
  }));
}
