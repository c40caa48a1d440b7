import { expect, it } from 'vitest';
import { expectLaws } from './expect-laws.ts';
import { planOf } from './plan.ts';

const from = 31; // the others are in the unit test
const seeds = 270;

it(`keeps all laws, for each of ${seeds} further seeds`, async () => {
  await expectLaws(planOf, { from, seeds, command: 'npm run simulate --' });
  expect.hasAssertions();
});
