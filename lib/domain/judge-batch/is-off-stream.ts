import { streamOf } from '../stream-name.ts';
import type { EncodedPartial } from '../summarise.ts';
import { minutesOfWindow } from '../window.ts';
import type { Consumption } from './consumption.ts';

/** Facts about the emissions of a batch. */
export interface Emission {
  readonly storedAt: Date;
  /** When an earlier look of this process emitted it again. */
  readonly emittedAgainAt: Date | undefined;
  /** Receive count of its message; 1 at the first look. */
  readonly receiveCount: number;
  /**
   * When this process first saw the batch, where somebody emits it who may be behind. Then `Consumed.through` is a
   * barrier: what was announced before it is consumed on all streams, or was not emitted.
   */
  readonly seenAt?: Date | undefined;
}

export interface EmissionLimits {
  /** Time for which the emission of a stored batch may still be under way, plus the difference between clocks. */
  readonly marginSeconds: number;
  /** Time after which a message comes back if its invocation has not ended. */
  readonly lookAgainSeconds: number;
  readonly onlyEmitterSince: Date | undefined;
}

/**
 * Decides whether a partial that is missing from its window is lost: it does not wait on its stream, and nobody is
 * about to put it there. In doubt it is not lost yet. (An unnecessary emission only costs time.)
 *
 * A stream that can tell its customers apart reports whether anything waits for the window. If something does, which
 * may be the partial or another one, and on other streams, the time decides: the partial is lost when everything has
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
 * Returns the instant by which the last possible emission has ended: that of `ingest`, soon after it stored the
 * batch, or that of an earlier look. A look unknown to this process belongs to another process, or its invocation has
 * failed. It began at least as long ago as its message takes to come back, and took at most half of that. `ingest`
 * came before it, whatever the clock was when it stored the batch.
 *
 * Where a barrier decides, it has to begin after the batch was seen and after all emissions of this process.
 */
function lastEmission(
  { storedAt, emittedAgainAt, receiveCount, seenAt }: Emission,
  now: Date,
  { marginSeconds, lookAgainSeconds, onlyEmitterSince }: EmissionLimits,
): Date {
  if (seenAt !== undefined)
    return emittedAgainAt !== undefined && emittedAgainAt > seenAt ? emittedAgainAt : seenAt;
  const afterIngest = storedAt.getTime() + marginSeconds * 1_000;
  const afterLook = now.getTime() - (lookAgainSeconds / 2) * 1_000;
  if (onlyEmitterSince === undefined) return new Date(receiveCount > 1 ? afterLook : afterIngest);
  const isOfEarlierProcess = storedAt < onlyEmitterSince;
  const ofOthers = Math.min(
    afterIngest,
    isOfEarlierProcess ? onlyEmitterSince.getTime() : Infinity,
    receiveCount > 1 ? afterLook : Infinity,
  );
  // An instant in the future says nothing: the clock was set back since.
  if (emittedAgainAt === undefined || emittedAgainAt > now) return new Date(ofOthers);
  return new Date(Math.max(ofOthers, emittedAgainAt.getTime()));
}
