import { expect, it } from 'vitest';
import { clockOffsetsOf, planRound, steps, type RoundPlan } from './plan-round.ts';

const hiddenSeconds = 20;
const rounds = Array.from({ length: 200 }, (_, round) => planRound(7, round, hiddenSeconds));
const endings = ({ lives }: RoundPlan) =>
  lives.map(({ end }) => (end.kind === 'signal' ? end.signal : end.step));
const disturbances = ({ lives }: RoundPlan) =>
  lives.flatMap(({ disturbances }) => disturbances.map(({ kind }) => kind));

it('plans the same for the same seed and round, and something else for another', () => {
  expect(planRound(7, 3, hiddenSeconds)).toEqual(rounds[3]);
  expect(planRound(7, 4, hiddenSeconds)).not.toEqual(rounds[3]);
  expect(planRound(8, 3, hiddenSeconds)).not.toEqual(rounds[3]);
});

it('has every kind of fault, in time', () => {
  expect(new Set(rounds.flatMap(endings)).size).toBe(2 + steps.length);
  expect(new Set(rounds.flatMap(disturbances))).toEqual(new Set(['pause', 'clock']));
});

it('ends with a clock that is not behind any before', () => {
  for (const { lives, lastLife } of rounds) {
    expect(lastLife.clockOffsetSeconds).toBeGreaterThanOrEqual(Math.max(0, ...lives.flatMap(clockOffsetsOf)));
  }
});
