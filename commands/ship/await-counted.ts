import { counted } from '../counted.ts';
import { openPipeline, type Pipeline } from '../../client/open-pipeline.ts';
import { realTiming } from '../../client/timing.ts';
import { untilBatchesCounted, untilCounted, type WaitOutcome } from '../../client/until-counted.ts';
import type { Output } from '../io.ts';
import { showWait } from '../progress.ts';
import { whole } from '../whole.ts';
import type { ShipOptions } from './options.ts';
import { partsToTotal } from './shown-range.ts';
import type { Tally } from './tally.ts';

/** The outcome of the wait, for people and for scripts. */
export interface Awaited {
  readonly message: string;
  /** True if the message reports success. */
  readonly isGood: boolean;
  readonly exitCode: number;
}

/** The exit code if not everything was counted in time. */
const notYet = 3;
const nothingIsLost = 'Nothing is lost: what was accepted is stored, and will be counted.';

/**
 * Waits until everything that was sent is counted, and shows the wait. An API key that may only ingest may not read
 * counts: then this asks for each batch, whose answer covers minutes, but not hours and days.
 */
export async function awaitCounted(
  options: ShipOptions,
  tally: Pick<Tally, 'range' | 'accepted' | 'batches'>,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
): Promise<Awaited> {
  const { range, accepted } = tally;
  const now = () => realTiming.now();
  const startedAt = now();
  const seconds = () => (now() - startedAt) / 1_000;
  let progress: ReturnType<typeof showWait> | undefined;
  const shown = () => (progress ??= showWait(output, now));
  const wait = {
    timing: realTiming,
    signal,
    onWait: (waiting: number | undefined) => shown().update(waiting ?? accepted),
  };
  const pipeline = openPipeline({
    ...options,
    concurrency: 1,
    signal,
    onRetry: (failure) => shown().hold(`${failure}; trying again`),
  });
  try {
    const parts = range === undefined ? [] : partsToTotal(range);
    const { waitForSeconds } = options;
    const outcome = await untilCounted(pipeline, parts, { ...wait, waitForSeconds });
    if (outcome.kind !== 'not-told' || !outcome.isForbidden) {
      progress?.stop();
      return describe(outcome, seconds());
    }
    const { count, keys } = tally.batches;
    const secondsLeft = Math.max(0, waitForSeconds - seconds());
    const ofBatches = await untilEachCounted(pipeline, keys, { ...wait, waitForSeconds: secondsLeft });
    progress?.stop();
    return ofBatches.kind === 'counted'
      ? describeBatches({ checked: keys.length, count }, seconds())
      : describe(ofBatches, seconds());
  } finally {
    progress?.stop();
    pipeline.close();
  }
}

/** Asks for the latest batch first: once that is counted, the others hardly ever wait. */
async function untilEachCounted(
  pipeline: Pick<Pipeline, 'findBatch'>,
  keys: readonly string[],
  wait: Parameters<typeof untilBatchesCounted>[2],
): Promise<WaitOutcome> {
  return untilBatchesCounted(pipeline, keys.toReversed(), wait);
}

function describeBatches(
  { checked, count }: { readonly checked: number; readonly count: number },
  seconds: number,
): Awaited {
  const which =
    checked === count
      ? `All ${whole(count)} batches are`
      : `The latest ${whole(checked)} of ${whole(count)} batches are`;
  return {
    message:
      `${which} counted in their minutes after ${seconds.toFixed(1)} s. These credentials may not read counts, so hours and ` +
      'days were not checked; they follow.',
    isGood: true,
    exitCode: 0,
  };
}

function describe(outcome: WaitOutcome, seconds: number): Awaited {
  switch (outcome.kind) {
    case 'counted':
      return { message: `All of it was counted ${seconds.toFixed(1)} s later.`, isGood: true, exitCode: 0 };
    case 'interrupted':
      return {
        message: `Stopped waiting. ${nothingIsLost}`,
        isGood: false,
        exitCode: 0, // the signal decides
      };
    case 'not-told':
      return {
        message: `Whether all of it is counted cannot be checked: ${outcome.reason} It will be counted.`,
        isGood: false,
        exitCode: 0,
      };
    case 'not-yet':
      return { message: describeNotYet(outcome, seconds), isGood: false, exitCode: notYet };
  }
}

function describeNotYet(
  { waiting, trouble }: WaitOutcome & { readonly kind: 'not-yet' },
  seconds: number,
): string {
  const after = `after ${Math.round(seconds)} s`;
  const what =
    trouble !== undefined
      ? `Whether all of it is counted is not known ${after}: ${trouble}.`
      : waiting === undefined || waiting === 0
        ? `Not all of it is known to be counted ${after}.`
        : `Not all of it is counted ${after}: ${counted(waiting, 'entry', 'entries')} still to count.`;
  return `${what} ${nothingIsLost}`;
}
