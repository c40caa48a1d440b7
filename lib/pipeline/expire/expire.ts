import { horizonKeys, sweepKeys } from '../../domain/keys.ts';
import { deletableHorizon, horizonOf, type RetentionState } from '../../domain/retention.ts';
import type { AgedObjects } from '../../ports/aged-objects.ts';
import { alertPhases } from './delete-alerts.ts';
import { windowPhases, type DeleteOptions } from './delete-windows.ts';
import { rawPhases, type RawOptions } from './delete-raw-objects.ts';
import { moveHorizon } from './move-horizon.ts';
import { sweep, type SweepPhase, type SweepPorts } from './sweep.ts';
import type { Retention } from './retention.ts';

export interface ExpirePorts extends SweepPorts {
  readonly retention: Retention;
  /** Present where the pipeline itself deletes raw batches and failed records, and not the store. */
  readonly aged?: AgedObjects | undefined;
}

/**
 * Kind of object that expires: windows by their own time, raw batches and failed records by the time when they were
 * stored.
 */
export type Expiring = keyof typeof horizonKeys;

export interface ExpireOptions {
  /** Number of days for which windows are kept; `undefined` forever. */
  readonly retentionDays: number | undefined;
  /** The same of raw batches and failed records. */
  readonly rawBatchDays: number | undefined;
  /** Time limit for each kind. The next invocation deletes what remains. */
  readonly maxSeconds: number;
  /** Number of objects deleted at the same time. */
  readonly atOnce: number;
}

/** Receives the progress of an expiry. */
export interface ExpireReporter {
  /** A horizon was announced, withdrawn or set. */
  moved(what: Expiring, state: RetentionState): void;
  deletedWindows: DeleteOptions['onDeleted'];
  deletedRaw: RawOptions['onDeleted'];
  kept: RawOptions['onKept'];
}

/**
 * Moves the horizons on, and deletes what is behind them. In this order it is harmless to be killed anywhere: a horizon
 * is stored, and known to every process, before anything behind it is deleted; and what is left the next invocation
 * deletes. Several may run at once.
 * @throws Unavailable       the store cannot be read or written now; safe to repeat
 * @throws UnreadableFormat  a newer version of this program wrote a horizon or a position
 */
export async function expire(
  ports: ExpirePorts,
  options: ExpireOptions,
  reporter: ExpireReporter,
): Promise<void> {
  const { clock, aged } = ports;
  const { retentionDays, rawBatchDays, maxSeconds, atOnce } = options;
  const advance = async (what: Expiring, days: number | undefined, phases: readonly SweepPhase[]) => {
    const { state, hasChanged } = await moveHorizon(horizonKeys[what], days, ports);
    if (hasChanged) reporter.moved(what, state);
    const horizon = deletableHorizon(state, clock.now());
    if (phases.length === 0 || horizon === undefined) return;
    const deadline = new Date(clock.now().getTime() + maxSeconds * 1_000);
    await sweep(sweepKeys[what], horizon, phases, ports, deadline);
  };

  // Also where nothing is to expire any more: what is behind the horizon is no longer served, and has to go.
  await advance('windows', retentionDays, [
    ...windowPhases(ports, { atOnce, onDeleted: reporter.deletedWindows }),
    ...alertPhases(ports, atOnce),
  ]);

  if (aged === undefined) return;
  const ofRaw = (days: number): SweepPhase[] =>
    rawPhases(
      { ...ports, aged },
      {
        notBehind: horizonOf(clock.now(), days),
        atOnce,
        onDeleted: reporter.deletedRaw,
        onKept: reporter.kept,
      },
    );
  await advance('raw', rawBatchDays, rawBatchDays === undefined ? [] : ofRaw(rawBatchDays));
}
