import { expect, it } from 'vitest';
import { joinInSteps } from '../../lib/domain/join-bytes.ts';
import { finish } from '../../lib/domain/steps.ts';

const kibibyte = 1_024;

it('joins pieces of any sizes in their order', () => {
  const pieces = [0, 5, 700 * kibibyte, 1, 2_000 * kibibyte, 3].map((length, n) => Buffer.alloc(length, n));
  const joined = Buffer.concat(pieces);
  expect(finish(joinInSteps(pieces, joined.length)).equals(joined)).toBe(true);
  expect(finish(joinInSteps([], 0))).toEqual(Buffer.alloc(0));
});

it('gives others a turn after each MiB', () => {
  const pieces = Array.from({ length: 16 }, () => Buffer.alloc(512 * kibibyte));
  const steps = joinInSteps(pieces, 8_192 * kibibyte);
  let turns = 0;
  while (steps.next().done !== true) turns += 1;
  expect(turns).toBe(8);
});
