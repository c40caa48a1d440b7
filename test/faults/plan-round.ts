import { randomNumbers } from '../../traffic/seeded-order.ts';

/** What is done to the emulator while clients send, from one start to the last. */
export interface RoundPlan {
  /** Each ends with a fault. */
  readonly lives: readonly Life[];
  /** Behind them comes a life that nothing is done to, in which everything has to come right. */
  readonly lastLife: {
    readonly clockOffsetSeconds: number;
    /** The clients stop after so many more accepted batches. */
    readonly accepted: number;
  };
}

/** From a start of the emulator to its end. */
export interface Life {
  /** By how much its clock is wrong at first. */
  readonly clockOffsetSeconds: number;
  /** In their order. */
  readonly disturbances: readonly Disturbance[];
  readonly end: Ending;
}

/** Something that it lives through; `after` so many batches were accepted since its start. */
export type Disturbance =
  | { readonly kind: 'pause'; readonly after: number; readonly milliseconds: number }
  | { readonly kind: 'clock'; readonly after: number; readonly offsetSeconds: number };

export type Ending =
  | { readonly kind: 'signal'; readonly signal: 'SIGKILL' | 'SIGINT'; readonly after: number }
  /** It dies at the `nth` time of a step of the local store; where it never comes there, after so many batches. */
  | { readonly kind: 'step'; readonly step: string; readonly nth: number; readonly after: number };

/** The durable steps of the local store at which a crash is planned, as `crash-at.mjs` names them. */
export const steps: readonly string[] = [
  'hold batches/',
  'put object batches/',
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
 * Chance made of a seed: the same seed and round give the same plan.
 * @param hiddenSeconds  for how long a message stays hidden that was received before a crash
 */
export function planRound(seed: number, round: number, hiddenSeconds: number): RoundPlan {
  const random = randomNumbers(Math.imul(seed, 0x9e3779b1) + round);
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const oneOf = <T>(first: T, ...others: readonly T[]): T =>
    [first, ...others][upTo(others.length + 1) - 1] ?? first;
  const clockOffset = () => oneOf(0, ...clockOffsets);

  const disturbance = (after: number): Disturbance =>
    oneOf(
      { kind: 'pause', after, milliseconds: upTo(3_000) },
      { kind: 'clock', after, offsetSeconds: clockOffset() },
    );
  const life = (): Life => {
    const times = Array.from({ length: upTo(4) }, () => upTo(250)).sort((a, b) => a - b);
    const after = times.at(-1) ?? 1;
    const signal = oneOf('SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGINT');
    return {
      clockOffsetSeconds: random() < 0.7 ? 0 : clockOffset(),
      disturbances: times.slice(0, -1).map(disturbance),
      end: oneOf<Ending>(
        { kind: 'signal', signal, after },
        { kind: 'step', step: oneOf(steps[0] ?? '', ...steps.slice(1)), nth: upTo(40), after: 500 },
      ),
    };
  };

  const lives = Array.from({ length: upTo(3) }, life);
  const latest = Math.max(0, ...lives.flatMap(clockOffsetsOf));
  // Nothing that was put off by a clock that was ahead is waited for in real time, and mostly no hidden message is.
  const isHurried = random() < 0.8;
  return {
    lives,
    lastLife: { clockOffsetSeconds: latest + (isHurried ? hiddenSeconds + 10 : 0), accepted: upTo(100) },
  };
}

/** All that a life's clock is set to. */
export function clockOffsetsOf({ clockOffsetSeconds, disturbances }: Life): number[] {
  const jumps = disturbances.flatMap((each) => (each.kind === 'clock' ? each.offsetSeconds : []));
  return [clockOffsetSeconds, ...jumps];
}

/** A plan in words, one phrase for each life. */
export function describePlan({ lives }: RoundPlan): string {
  return lives.map(describeLife).join('; ');
}

function describeLife({ clockOffsetSeconds, disturbances, end }: Life): string {
  const clock = clockOffsetSeconds === 0 ? [] : [clockAt(clockOffsetSeconds)];
  const between = disturbances.map((each) =>
    each.kind === 'pause'
      ? `paused ${each.milliseconds} ms after ${each.after}`
      : `${clockAt(each.offsetSeconds)} after ${each.after}`,
  );
  const last =
    end.kind === 'signal' ? `${end.signal} after ${end.after}` : `dies ${end.step} (no. ${end.nth})`;
  return [...clock, ...between, last].join(', ');
}

function clockAt(offsetSeconds: number): string {
  if (offsetSeconds === 0) return 'clock right';
  return `clock ${Math.abs(offsetSeconds)} s ${offsetSeconds < 0 ? 'behind' : 'ahead'}`;
}
