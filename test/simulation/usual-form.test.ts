import { expect, it } from 'vitest';
import { expectLaws } from './expect-laws.ts';
import { planOf } from './plan.ts';

const seeds = 30; // the others are in the long test

it(`keeps all laws, for each of ${seeds} seeds`, async () => {
  await expectLaws(planOf, { seeds, command: 'npm run simulate --' });
  expect.hasAssertions();
});
