import type { BatchHeader } from './batch-format.ts';
import type { Consumption } from './judge-batch/consumption.ts';
import { isOffStream, type EmissionLimits } from './judge-batch/is-off-stream.ts';
import { isForgotten, type Tombstone } from './tombstone.ts';

/** Facts about a stored batch after its windows have been read. */
export interface ReadBatch {
  readonly header: Pick<BatchHeader, 'storedAt' | 'partials'>;
  readonly tombstone: Tombstone | undefined;
  /** Places, in the header's list, of the partials that are not in their windows. */
  readonly uncounted: ReadonlySet<number>;
  /** Progress of the streams before the windows were read. */
  readonly consumption: Consumption;
  /** When an earlier look of this process emitted it again. */
  readonly emittedAgainAt: Date | undefined;
  /** Number of times that the notification of the batch has come; 1 at the first look. */
  readonly receiveCount: number;
  /** See `Emission`. */
  readonly seenAt?: Date | undefined;
}

/** The state of a stored batch. */
export type BatchState =
  /** Its customer was forgotten after it was stored. */
  | { readonly kind: 'forgotten'; readonly tombstone: Tombstone }
  | { readonly kind: 'counted' }
  /** Some of its partials are on their streams, or may still be put there. */
  | { readonly kind: 'waiting' }
  /** The partials at these places of the header's list are neither in their windows nor on their way there. */
  | { readonly kind: 'lost'; readonly places: ReadonlySet<number> };

/**
 * Decides the state of a stored batch. It depends on the end state, the windows, and not on events on the way there.
 */
export function judgeBatch(read: ReadBatch, now: Date, limits: EmissionLimits): BatchState {
  const { header, tombstone, uncounted, consumption, emittedAgainAt, receiveCount, seenAt } = read;
  const { storedAt, partials } = header;
  if (tombstone !== undefined && isForgotten(storedAt, tombstone)) return { kind: 'forgotten', tombstone };
  if (uncounted.size === 0) return { kind: 'counted' };
  const emission = { storedAt, emittedAgainAt, receiveCount, seenAt };
  const isLost = (place: number) => {
    const partial = partials[place];
    return partial !== undefined && isOffStream(partial, emission, consumption, now, limits);
  };
  const places = new Set([...uncounted].filter(isLost));
  return places.size === 0 ? { kind: 'waiting' } : { kind: 'lost', places };
}
