import { openPipeline } from '../../client/open-pipeline.ts';
import { realTiming } from '../../client/timing.ts';
import { untilCounted, type WaitOutcome } from '../../client/until-counted.ts';
import { showWait, type ProgressOutput } from '../progress.ts';
import { whole } from '../whole.ts';
import type { ShipOptions } from './options.ts';
import { partsToTotal } from './shown-range.ts';
import type { Tally } from './tally.ts';

/** How the wait ended, for people and for scripts. */
export interface Awaited {
  readonly message: string;
  /** Whether the message is what was hoped for. */
  readonly isGood: boolean;
  readonly exitCode: number;
}

/** Not all of it was counted in time. */
const notYet = 3;

/** Waits until everything that was sent is counted, and shows that it waits. */
export async function awaitCounted(
  options: ShipOptions,
  { range, accepted }: Pick<Tally, 'range' | 'accepted'>,
  { output, signal }: { readonly output: ProgressOutput; readonly signal: AbortSignal },
): Promise<Awaited> {
  const { waitForSeconds } = options;
  const now = () => realTiming.now();
  const startedAt = now();
  let progress: ReturnType<typeof showWait> | undefined;
  const shown = () => (progress ??= showWait(output, now));
  const pipeline = openPipeline({
    ...options,
    concurrency: 1,
    signal,
    onRetry: (failure) => shown().hold(`${failure}; trying again`),
  });
  try {
    const parts = range === undefined ? [] : partsToTotal(range);
    const outcome = await untilCounted(pipeline, parts, {
      waitForSeconds,
      timing: realTiming,
      signal,
      onWait: (waiting) => shown().update(waiting ?? accepted),
    });
    progress?.stop();
    return describe(outcome, (now() - startedAt) / 1_000);
  } finally {
    progress?.stop();
    pipeline.close();
  }
}

function describe(outcome: WaitOutcome, seconds: number): Awaited {
  switch (outcome.kind) {
    case 'counted':
      return { message: `All of it was counted ${seconds.toFixed(1)} s later.`, isGood: true, exitCode: 0 };
    case 'interrupted':
      return {
        message: 'Stopped waiting. Nothing is lost: what was accepted is stored, and will be counted.',
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
        : `Not all of it is counted ${after}: ${whole(waiting)} entries still wait.`;
  return `${what} Nothing is lost: what was accepted is stored, and will be counted.`;
}
