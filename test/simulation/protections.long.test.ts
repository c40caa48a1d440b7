import { describe, expect, it } from 'vitest';
import { firstBrokenLaw } from './print-table.ts';
import { allProtections } from './all-protections.mjs';

describe('a protection that is taken away', () => {
  // Each runs in a process of its own, so that two use both cores.
  it.concurrent.each(Object.keys(allProtections))('is missed: %s', async (name) => {
    expect(await firstBrokenLaw(name, 10_000, 240)).toMatch(/broke a law/);
  });
});
