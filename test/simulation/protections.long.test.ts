import { describe, expect, it } from 'vitest';
import { firstBrokenLaw } from './print-table.ts';
import { protections } from './protections.mjs';

describe('a protection that is taken away', () => {
  it.each(Object.keys(protections))('is missed: %s', async (name) => {
    expect(await firstBrokenLaw(name, 10_000, 240)).toMatch(/broke a law/);
  });
});
