import { chanceOf } from '../faults/chance.ts';
import type { FaultRates, Trouble } from './faults.ts';
import { someTroubles } from './troubles.ts';

/** Faults of the cluster form; rates are from 0 to 1. */
export interface ClusterFaults {
  /** Maximum difference between the clock of a process and the broker's; barriers allow for it. */
  readonly clockDifferenceMilliseconds: number;
  /** True if writes to the store may take effect long after their process has died. */
  readonly hasLateWrites: boolean;
  /** Rate at which operations on a batch and its intent take as long as a put may. */
  readonly slowBatches: number;
  /** Average number of steps between rebalances, which turn members that are at work into zombies. */
  readonly stepsPerRebalance: number;
  /** True if the broker accepts the commits of zombies. */
  readonly takesStaleCommits: boolean;
  /** Average number of steps between looks at the offsets of topics, besides those of readers and of `verify`. */
  readonly stepsPerLook: number;
  /** Average number of steps between losses of records that were not consumed. */
  readonly stepsPerLoss: number;
  /** Rate at which a role pauses for a while before it consumes. */
  readonly outages: number;
  /** Rate at which a deposed leader answers. */
  readonly deposed: number;
  /** True if there are intents and batches that nobody can read. */
  readonly poison: number;
  /** Backlog of a stream, in records, at which the summarizer pauses. */
  readonly maxBacklogRecords: number;
}

/** Faults of the design that splits a minute into parts. */
export interface SplitFaults {
  /** Average number of steps between changes of the number of parts. */
  readonly stepsPerChange: number;
  /** True if windows of before the current hour expire. */
  readonly hasHorizon: boolean;
}

/** The plan of a history, all of it derived from its seed; a shrunk plan has less of something. */
export interface Plan {
  readonly seed: number;
  /** Number of steps after which there are no more faults. */
  readonly steps: number;
  readonly clients: number;
  readonly batchesPerClient: number;
  readonly customers: number;
  /** Number of days for which windows are kept; `undefined` forever. */
  readonly retentionDays: number | undefined;
  /** Maximum time between two actions of a client. */
  readonly pauseMilliseconds: number;
  /** Rate at which the records of a stream are delivered only after windows have expired, from 0 to 1. */
  readonly outages: number;
  /** Rate at which an operator forgets a customer. */
  readonly forgettings: number;
  /** Number of recounts that operators begin; any at all are followed by one of everything at rest. */
  readonly recounts: number;
  /** Number of minutes that entries belong to; few minutes make many batches share a window. */
  readonly minutes: number;
  /** Rate at which an entry belongs to one of the oldest of them, which expire first. */
  readonly oldest: number;
  readonly processesPerStage: number;
  readonly partitions: number;
  readonly rates: FaultRates;
  /** Kinds of operations that fail more often. */
  readonly troubles: readonly Trouble[];
  /** Average number of steps between deaths of a process; may be `Infinity`. */
  readonly stepsPerCrash: number;
  readonly stepsPerClockJump: number;
  readonly stepsPerSplit: number;
  /**
   * True if everything runs on one machine with one clock, and restarts as a whole about once in `stepsPerRestart`
   * steps.
   */
  readonly isLaptop: boolean;
  /** Faults of topics, in the cluster form. */
  readonly cluster?: ClusterFaults;
  /** Present if a minute is split into parts. */
  readonly split?: SplitFaults;
  readonly stepsPerRestart: number;
}

/** Returns when a history begins: just before midnight if windows expire, so that a day of them does. */
export function startOf({ retentionDays }: Plan): Date {
  return new Date(retentionDays === undefined ? '2025-12-28T18:04:00Z' : '2025-12-28T23:59:50Z');
}

export function planOf(seed: number): Plan {
  const { upTo, oneOf } = chanceOf(seed, 1);
  const retentionDays = oneOf(undefined, undefined, undefined, 1);
  const forgettings = oneOf(0, 0, 1, 2);
  const rate = () => oneOf(0, 0.01, 0.05);
  return {
    seed,
    steps: 200 * upTo(4),
    clients: upTo(4),
    batchesPerClient: upTo(5),
    customers: upTo(2),
    minutes: retentionDays === undefined ? oneOf(1, 2, 5, 70) : 1_600,
    retentionDays,
    pauseMilliseconds: retentionDays === undefined ? 400 : oneOf(400, 400_000),
    outages: retentionDays === undefined ? 0 : oneOf(0, 0.1, 0.3),
    processesPerStage: upTo(3),
    partitions: upTo(3),
    rates: {
      slow: rate(),
      refused: rate(),
      answerLost: rate(),
      hangs: oneOf(0, 0.005, 0.02),
      answersLate: 0,
      dies: 0,
    },
    stepsPerCrash: oneOf(Infinity, 30, 100),
    // Retention does not allow for a clock that jumps over the time in which a horizon settles.
    stepsPerClockJump: retentionDays !== undefined ? Infinity : oneOf(Infinity, 200, 60),
    stepsPerSplit: oneOf(Infinity, 300),
    isLaptop: oneOf(true, false),
    stepsPerRestart: oneOf(Infinity, 300),
    forgettings,
    oldest: retentionDays === undefined ? 0 : oneOf(0, 0.3, 0.8),
    troubles: someTroubles(chanceOf(seed, 3)),
    recounts: chanceOf(seed, 138).oneOf(0, 0, 1, 2),
  };
}
