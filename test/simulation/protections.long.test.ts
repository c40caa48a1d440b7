import { describe, expect, it } from 'vitest';
import { firstBrokenLaw } from './print-table.ts';
import { allProtections } from './all-protections.mjs';

describe('a protection that is taken away', () => {
  it.each(Object.keys(allProtections))('is missed: %s', async (name) => {
    expect(await firstBrokenLaw(name, 10_000, 240)).toMatch(/broke a law/);
  });
});
