import { expect, it } from 'vitest';
import { operations } from './disk-fault.ts';
import { clockOffsetsOf, planRound, steps, type Disturbance, type RoundPlan } from './plan-round.ts';

const hiddenSeconds = 20;
const rounds = Array.from({ length: 400 }, (_, round) => planRound(7, round, hiddenSeconds));
const endings = ({ lives }: RoundPlan) =>
  lives.map(({ end }) => (end.kind === 'signal' ? end.signal : end.step));
const disturbances = rounds.flatMap(({ lives }) => lives.flatMap(({ disturbances }) => disturbances));
const disturbancesOf = <Kind extends Disturbance['kind']>(kind: Kind) =>
  disturbances.filter((each): each is Disturbance & { readonly kind: Kind } => each.kind === kind);

it('plans the same for the same seed and round, and something else for another', () => {
  expect(planRound(7, 3, hiddenSeconds)).toEqual(rounds[3]);
  expect(planRound(7, 4, hiddenSeconds)).not.toEqual(rounds[3]);
  expect(planRound(8, 3, hiddenSeconds)).not.toEqual(rounds[3]);
});

it('has every kind of fault, in time', () => {
  expect(new Set(rounds.flatMap(endings)).size).toBe(2 + steps.length);
  expect(new Set(disturbances.map(({ kind }) => kind))).toEqual(
    new Set(['pause', 'sleep', 'clock', 'disk', 'intruder', 'readers']),
  );
});

it('makes every operation of the disk fail by each of its errors, and be slow', () => {
  const faults = disturbancesOf('disk').map(({ fault }) => fault);
  for (const { name, paths, codes } of operations) {
    const ofOperation = faults.filter(({ operation }) => operation === name);
    expect(new Set(ofOperation.map(({ path }) => path))).toEqual(new Set(paths));
    const ways = ofOperation.map((fault) => ('code' in fault ? fault.code : 'slow'));
    expect(new Set(ways)).toEqual(new Set(name === 'read' ? codes : [...codes, 'slow']));
  }
});

it('sleeps for longer than any message is hidden, and for less than a request waits for its answer', () => {
  for (const { milliseconds } of disturbancesOf('sleep')) {
    expect(milliseconds).toBeGreaterThan(hiddenSeconds * 1_000);
    expect(milliseconds).toBeLessThan(30_000);
  }
});

it('ends each disturbance after a bounded number of batches', () => {
  for (const { accepted, refused } of disturbancesOf('disk')) {
    expect(accepted).toBeLessThanOrEqual(400);
    expect(refused).toBeLessThanOrEqual(60);
  }
});

it('upgrades both ways, between two lives and before the last', () => {
  const upgrades = rounds.flatMap(({ lives, lastLife }) => {
    const rules = [...lives.map((life) => life.rules), lastLife.rules];
    return rules.slice(1).map((next, n) => `${rules[n]} → ${next}, ${n === lives.length - 1}`);
  });
  expect(new Set(upgrades).size).toBe(8);
});

it('ends with a clock that is not behind any before', () => {
  for (const { lives, lastLife } of rounds) {
    expect(lastLife.clockOffsetSeconds).toBeGreaterThanOrEqual(Math.max(0, ...lives.flatMap(clockOffsetsOf)));
  }
});
