import { randomNumbers } from '../../traffic/seeded-order.ts';

/** Random choices that repeat with the same seed and round. */
export interface Chance {
  /** Returns a whole number from 1. */
  readonly upTo: (most: number) => number;
  readonly oneOf: <T>(first: T, ...others: readonly T[]) => T;
  readonly happens: (probability: number) => boolean;
}

export function chanceOf(seed: number, round: number): Chance {
  const random = randomNumbers(Math.imul(seed, 0x9e3779b1) + round);
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  return {
    upTo,
    oneOf: (first, ...others) => [first, ...others][upTo(others.length + 1) - 1] ?? first,
    happens: (probability) => random() < probability,
  };
}
