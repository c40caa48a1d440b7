import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { proofsWithin, tables } from './proofs.ts';

const minutesOfSustainedLoad = (minutes: number) => {
  const args = proofsWithin(minutes).flatMap((proof) => proof.args);
  return Number(args[args.indexOf('--minutes') + 1]);
};

it.each(tables)('has only tables that exist: %s', (table) => {
  // vitest would run the others, and not report a missing one.
  expect(existsSync(fileURLToPath(new URL(`../../${table}`, import.meta.url)))).toBe(true);
});

it('gives the sustained load its share of the time, within bounds', () => {
  expect([1, 12, 600].map(minutesOfSustainedLoad)).toEqual([0.5, 2, 5]);
});
