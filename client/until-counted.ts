import { GaveUp } from './answer-or-retry.ts';
import type { CountingState, MinuteRange } from './counting-state.ts';
import type { Pipeline } from './open-pipeline.ts';
import { RequestRefused } from './request-refused.ts';
import { realTiming, type Timing } from './timing.ts';

export interface WaitOptions {
  /** The longest time to wait. */
  readonly waitForSeconds: number;
  readonly timing?: Timing;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** Called before each pause, with the entries that still wait; `undefined` where the pipeline does not know. */
  readonly onWait?: (waiting: number | undefined) => void;
}

/** The end of a wait. */
export type WaitOutcome =
  | { readonly kind: 'counted' }
  | { readonly kind: 'interrupted' }
  /** The time is over. `trouble`: the pipeline stopped answering. */
  | { readonly kind: 'not-yet'; readonly waiting: number | undefined; readonly trouble: string | undefined }
  /** The pipeline does not say what it has counted; with `isForbidden`, it does not say so to this client. */
  | { readonly kind: 'not-told'; readonly reason: string; readonly isForbidden: boolean };

const firstPauseMilliseconds = 100;
const maxPauseMilliseconds = 5_000;
/** Each pause is this many times as long as an answer took: the client asks less often if an answer is expensive. */
const pauseByDuration = 10;
/** A pipeline that has just started, or whose clock was set back, knows its state again before this time is over. */
const maxUnknownMilliseconds = 120_000;

/**
 * Waits until everything that was accepted from this client (202 or 409) is in the counts of these minutes, their hours and
 * days. It compares only times of the server, whose clock may be far from this one's. Other senders may continue.
 * @param ranges  each at most 366 days long, because the pipeline does not add up more at a time
 */
export async function untilCounted(
  pipeline: Pick<Pipeline, 'countingOf'>,
  ranges: readonly MinuteRange[],
  { waitForSeconds, timing = realTiming, signal = never(), onWait = () => {} }: WaitOptions,
): Promise<WaitOutcome> {
  const deadline = timing.now() + waitForSeconds * 1_000;
  const secondsLeft = () => Math.max(0, (deadline - timing.now()) / 1_000);
  const aborted = whenAborted(signal);
  let acceptedBefore: number | undefined;
  let waiting: number | undefined;
  let unknownSince: number | undefined;
  try {
    for (const range of ranges) {
      for (let pauses = 0; ; pauses++) {
        const askedAt = timing.now();
        const state = await Promise.race([pipeline.countingOf(range, secondsLeft()), aborted]);
        if (state === 'aborted' || signal.aborted) return { kind: 'interrupted' };
        if (state.countedThrough === undefined)
          return { kind: 'not-told', reason: neverSays, isForbidden: false };
        // Everything that this client got an answer for before it asked was accepted before the end of that second.
        acceptedBefore ??= state.answeredAt && state.answeredAt.getTime() + 1_000;
        if (isCounted(state, acceptedBefore)) break;

        waiting = state.waiting ?? state.waitingForMinutes;
        const isUnknown = state.countedThrough === null && waiting === undefined;
        unknownSince = isUnknown ? (unknownSince ?? askedAt) : undefined;
        if (timing.now() - (unknownSince ?? timing.now()) >= maxUnknownMilliseconds)
          return { kind: 'not-yet', waiting, trouble: doesNotKnow };
        if (secondsLeft() === 0) return { kind: 'not-yet', waiting, trouble: undefined };
        onWait(waiting);
        const pause = pauseAfter(pauses, timing.now() - askedAt);
        await timing.wait(Math.min(pause, secondsLeft() * 1_000), signal);
      }
    }
    return { kind: 'counted' };
  } catch (error) {
    return outcomeOf(error, signal, waiting);
  }
}

/**
 * Waits until the minutes of each of these batches count it, batch by batch. A key that may only ingest is allowed to ask
 * for this, but not for counts. Hours and days follow later, and are not checked.
 * @param batchIds  idempotency keys or batch ids of batches that were accepted
 */
export async function untilBatchesCounted(
  pipeline: Pick<Pipeline, 'findBatch'>,
  batchIds: Iterable<string>,
  { waitForSeconds, timing = realTiming, signal = never(), onWait = () => {} }: WaitOptions,
): Promise<WaitOutcome> {
  const deadline = timing.now() + waitForSeconds * 1_000;
  const aborted = whenAborted(signal);
  try {
    for (const batchId of batchIds) {
      for (let pauses = 0; ; pauses++) {
        const askedAt = timing.now();
        const batch = await Promise.race([pipeline.findBatch(batchId), aborted]);
        if (batch === 'aborted' || signal.aborted) return { kind: 'interrupted' };
        // An accepted batch that no longer exists has expired or was forgotten, so nothing of it waits.
        if (batch === undefined || batch.counted) break;
        if (timing.now() >= deadline) return { kind: 'not-yet', waiting: undefined, trouble: undefined };
        onWait(undefined);
        const pause = pauseAfter(pauses, timing.now() - askedAt);
        await timing.wait(Math.min(pause, Math.max(0, deadline - timing.now())), signal);
      }
    }
    return { kind: 'counted' };
  } catch (error) {
    return outcomeOf(error, signal, undefined);
  }
}

const doesNotKnow =
  'the pipeline has not known for 2 minutes what is counted. It does not while it keeps a failed record of the customer: ' +
  'npm run dead-letters lists these';
const neverSays = 'this version of the pipeline does not say what it has counted.';

function pauseAfter(pauses: number, milliseconds: number): number {
  const pause = Math.max(firstPauseMilliseconds * 1.5 ** pauses, pauseByDuration * milliseconds);
  return Math.min(pause, maxPauseMilliseconds);
}

/**
 * Judges an answer. Where the pipeline knows how many entries wait, the number is exact: nothing that was accepted before
 * the question is missing from a complete range. A range that is not over is never complete, and while others send,
 * something always waits: then the instant decides.
 */
function isCounted(
  { countedThrough, waiting, isComplete }: CountingState,
  acceptedBefore: number | undefined,
): boolean {
  if (waiting === 0 && isComplete) return true;
  if (acceptedBefore === undefined || !(countedThrough instanceof Date)) return false;
  return countedThrough.getTime() >= acceptedBefore;
}

function outcomeOf(error: unknown, signal: AbortSignal, waiting: number | undefined): WaitOutcome {
  if (error instanceof RequestRefused) {
    const isForbidden = error.status === 401 || error.status === 403;
    const reason = isForbidden ? `these credentials may not read (${error.message}).` : error.message;
    return { kind: 'not-told', reason, isForbidden };
  }
  if (!(error instanceof GaveUp)) throw error;
  return signal.aborted ? { kind: 'interrupted' } : { kind: 'not-yet', waiting, trouble: error.message };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function whenAborted(signal: AbortSignal): Promise<'aborted'> {
  if (signal.aborted) return 'aborted';
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}
