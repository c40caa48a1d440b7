import { streamOf } from '../stream-name.ts';
import type { EncodedPartial } from '../summarise.ts';
import { minutesOfWindow } from '../window.ts';
import type { Consumption } from './consumption.ts';

/** What is known of when a batch was emitted. */
export interface Emission {
  readonly storedAt: Date;
  /** By this process, in an earlier look. */
  readonly emittedAgainAt: Date | undefined;
  /** Of its message; 1 at the first look. */
  readonly receiveCount: number;
}

export interface EmissionLimits {
  /** How long after a batch was stored its emission may still be under way, and by how much clocks may differ. */
  readonly marginSeconds: number;
  /** After how long a message comes back whose invocation has not ended. */
  readonly lookAgainSeconds: number;
  readonly onlyEmitterSince: Date | undefined;
}

/**
 * Decides whether a partial that its window does not hold is lost: it does not wait on its stream, and nobody is about to
 * put it there. Where that is not certain it is not lost yet. (One that is emitted once too often costs time alone.)
 *
 * A stream that can tell its customers apart says whether anything waits for the window. Where something does, which may
 * be the partial or another one, and on other streams, all depends on the time: the partial is lost when everything has
 * been consumed that was put before the end of its last emission.
 */
export function isOffStream(
  partial: Pick<EncodedPartial, 'isLate' | 'isFuture' | 'windowStart'>,
  emission: Emission,
  consumption: Consumption,
  now: Date,
  limits: EmissionLimits,
): boolean {
  const { waitsWithin, through } = consumption[streamOf(partial)];
  const last = lastEmission(emission, now, limits);
  if (through !== undefined && through > last) return true;
  if (waitsWithin === undefined || now <= last) return false;
  const { from, to } = minutesOfWindow(partial.windowStart, 'minute');
  return !waitsWithin(from, to);
}

/**
 * The instant by which the last emission that there may have been has ended: that of `ingest`, soon after it stored the
 * batch, or that of an earlier look. A look that this process does not know of was one of another process, or one
 * whose invocation has not ended well: it began at least the time ago after which its message has come back, and took at
 * most half of that. `ingest` was before it, whatever the clock was when it stored the batch.
 */
function lastEmission(
  { storedAt, emittedAgainAt, receiveCount }: Emission,
  now: Date,
  { marginSeconds, lookAgainSeconds, onlyEmitterSince }: EmissionLimits,
): Date {
  const afterIngest = storedAt.getTime() + marginSeconds * 1_000;
  const afterLook = now.getTime() - (lookAgainSeconds / 2) * 1_000;
  if (onlyEmitterSince === undefined) return new Date(receiveCount > 1 ? afterLook : afterIngest);
  const isOfEarlierProcess = storedAt < onlyEmitterSince;
  const ofOthers = Math.min(
    afterIngest,
    isOfEarlierProcess ? onlyEmitterSince.getTime() : Infinity,
    receiveCount > 1 ? afterLook : Infinity,
  );
  // An instant that is still to come tells nothing: the clock was set back since.
  if (emittedAgainAt === undefined || emittedAgainAt > now) return new Date(ofOthers);
  return new Date(Math.max(ofOthers, emittedAgainAt.getTime()));
}
