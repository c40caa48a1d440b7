import { mapDimensions } from '../../domain/dimensions.ts';
import type { FoldingLimits } from '../../domain/folding.ts';
import { unseen } from '../../domain/packed-ids.ts';
import { partialIdBytes, type WindowPartial } from '../../domain/partial.ts';
import { addPartials, type WindowAggregate } from '../../domain/window-aggregate.ts';

/**
 * Repair that a window needs: add the partials that it lacks, recompute its counts as well, or rebuild all of it from
 * the stored batches alone, which removes foreign partials.
 */
export type Remedy = 'add' | 'recount' | 'rebuild';

/** Repair of one window that is under way. */
export interface WindowRepair {
  /** A partial of a stored batch, held by the window or to be added to it. */
  add(partial: WindowPartial): void;
  /** The repaired window; `undefined` where there is nothing to write. */
  finish(): WindowAggregate | undefined;
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
  now: Date,
  limits: FoldingLimits,
): WindowRepair {
  let repaired = beginning(current, remedy);
  let waiting: WindowPartial[] = [];
  const addWaiting = () => {
    const [first, ...others] = waiting;
    if (first !== undefined) repaired = addPartials(repaired, [first, ...others], now, limits) ?? repaired;
    waiting = [];
  };

  return {
    add(partial) {
      waiting.push(partial);
      if (waiting.length === partialsAddedTogether) addWaiting();
    },

    finish() {
      addWaiting();
      if (repaired === undefined || repaired.partialIds.length === 0 || repaired === current)
        return undefined;
      return {
        ...repaired,
        counts: mapDimensions(
          (field) => new Map([...(repaired?.counts[field] ?? [])].filter(([, requests]) => requests > 0)),
        ),
        revision: (current?.revision ?? 0) + 1,
        partialIds:
          remedy === 'rebuild'
            ? repaired.partialIds
            : joined(current?.partialIds ?? Buffer.alloc(0), repaired.partialIds),
      };
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
  const none = Buffer.alloc(0);
  const distinct = unseen(none, listed(held));
  return Buffer.concat([...distinct, ...unseen(held, listed(all))].map(({ id }) => id));
}

function listed(packed: Buffer): { readonly id: Buffer }[] {
  return Array.from({ length: packed.length / partialIdBytes }, (_, place) => ({
    id: packed.subarray(place * partialIdBytes, (place + 1) * partialIdBytes),
  }));
}
