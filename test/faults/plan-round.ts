import { chanceOf, type Chance } from './chance.ts';
import { planDiskFault, type DiskFault } from './disk-fault.ts';
import type { PathRules } from './path-rules.ts';

/** Faults of the emulator while clients send, from the first start to the last. */
export interface RoundPlan {
  /** Seed of the odd bodies that one of the clients sends. */
  readonly oddBodiesSeed: number;
  /** Lives that each end with a fault. */
  readonly lives: readonly Life[];
  /** The life without faults after the others, in which everything must be completed. */
  readonly lastLife: {
    readonly rules: PathRules;
    readonly clockOffsetSeconds: number;
    /** The clients stop after this many more accepted batches. */
    readonly accepted: number;
  };
}

/** From a start of the emulator to its end. */
export interface Life {
  /** If they differ from those of the life before, it was upgraded between the two. */
  readonly rules: PathRules;
  /** Seconds by which its clock is wrong at first. */
  readonly clockOffsetSeconds: number;
  /** Disturbances in their order. */
  readonly disturbances: readonly Disturbance[];
  readonly end: Ending;
}

/** A disturbance during a life, `after` this many accepted batches since its start. */
export type Disturbance =
  /** The emulator is stopped for this time; a sleep is longer than anything that it waits for. */
  | { readonly kind: 'pause' | 'sleep'; readonly after: number; readonly milliseconds: number }
  | { readonly kind: 'clock'; readonly after: number; readonly offsetSeconds: number }
  /** Its disk fails or is slow until this many more batches are accepted, or requests refused. */
  | {
      readonly kind: 'disk';
      readonly after: number;
      readonly fault: DiskFault;
      readonly accepted: number;
      readonly refused: number;
    }
  /** A second emulator is started on its data. */
  | { readonly kind: 'intruder'; readonly after: number }
  /** The commands that only read run beside it. */
  | { readonly kind: 'readers'; readonly after: number };

export type Ending =
  | { readonly kind: 'signal'; readonly signal: 'SIGKILL' | 'SIGINT'; readonly after: number }
  /** It dies at the `nth` time of a step of the local store; if it never comes to that, after this many batches. */
  | { readonly kind: 'step'; readonly step: string; readonly nth: number; readonly after: number };

/** The durable steps of the local store at which a crash is planned, by the names in `crash-at.mjs`. */
export const steps: readonly string[] = [
  'put object batches/',
  'announce batches/',
  'append insights',
  'append late',
  'hold aggregates/',
  'put object aggregates/minute/',
  'put object aggregates/hour/',
  'put object aggregates/day/',
  'checkpoint insights',
  'checkpoint late',
  'delete messages verify',
  'delete messages roll-up',
].flatMap((step) => [`before ${step}`, `after ${step}`]);

const clockOffsets = [-7_200, -61, 61, 7_200];

/**
 * Plans a round at random: the same seed and round give the same plan.
 * @param hiddenSeconds  time that a message stays hidden which was received before a crash; nothing else takes longer
 */
export function planRound(seed: number, round: number, hiddenSeconds: number): RoundPlan {
  const chance = chanceOf(seed, round);
  const { upTo, oneOf, happens } = chance;
  let rules = oneOf<PathRules>('as sent', 'folded');
  const upgradedAtTimes = (): PathRules => {
    if (happens(0.4)) rules = rules === 'folded' ? 'as sent' : 'folded';
    return rules;
  };
  const lives = Array.from({ length: upTo(3) }, () => planLife(upgradedAtTimes(), chance, hiddenSeconds));
  const latest = Math.max(0, ...lives.flatMap(clockOffsetsOf));
  // The test does not wait in real time for work that a fast clock postponed, and mostly not for hidden messages.
  const isHurried = happens(0.8);
  return {
    oddBodiesSeed: upTo(0x7fffffff),
    lives,
    lastLife: {
      rules: upgradedAtTimes(),
      clockOffsetSeconds: latest + (isHurried ? hiddenSeconds + 10 : 0),
      accepted: upTo(100),
    },
  };
}

function planLife(rules: PathRules, chance: Chance, hiddenSeconds: number): Life {
  const { upTo, oneOf, happens } = chance;
  const times = Array.from({ length: upTo(4) }, () => upTo(250)).sort((a, b) => a - b);
  const after = times.at(-1) ?? 1;
  const signal = oneOf('SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGINT');
  return {
    rules,
    clockOffsetSeconds: happens(0.7) ? 0 : clockOffset(chance),
    disturbances: times.slice(0, -1).map((time) => planDisturbance(time, chance, hiddenSeconds)),
    end: oneOf<Ending>(
      { kind: 'signal', signal, after },
      { kind: 'step', step: oneOf(steps[0] ?? '', ...steps.slice(1)), nth: upTo(40), after: 500 },
    ),
  };
}

function planDisturbance(after: number, chance: Chance, hiddenSeconds: number): Disturbance {
  const { upTo, oneOf, happens } = chance;
  // A sleep takes as long as some whole rounds.
  if (happens(0.05)) return { kind: 'sleep', after, milliseconds: hiddenSeconds * 1_000 + upTo(5_000) };
  const kind = oneOf('pause', 'clock', 'disk', 'disk', 'intruder', 'readers');
  switch (kind) {
    case 'pause':
      return { kind, after, milliseconds: upTo(3_000) };
    case 'clock':
      return { kind, after, offsetSeconds: clockOffset(chance) };
    case 'disk':
      return { kind, after, fault: planDiskFault(chance), accepted: upTo(400), refused: upTo(60) };
    case 'intruder':
    case 'readers':
      return { kind, after };
  }
}

function clockOffset({ oneOf }: Chance): number {
  return oneOf(0, ...clockOffsets);
}

/** Returns all offsets of a life's clock. */
export function clockOffsetsOf({
  clockOffsetSeconds,
  disturbances,
}: Pick<Life, 'clockOffsetSeconds' | 'disturbances'>): number[] {
  const jumps = disturbances.flatMap((each) => (each.kind === 'clock' ? each.offsetSeconds : []));
  return [clockOffsetSeconds, ...jumps];
}
