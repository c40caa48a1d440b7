import { expect, it } from 'vitest';
import { inTurns } from '../../lib/domain/in-turns.ts';

it('gives each group its turn, and keeps the order within it', () => {
  const items = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'];
  expect(inTurns(items, (item) => item[0])).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  expect(inTurns([], (item) => item)).toEqual([]);
});
