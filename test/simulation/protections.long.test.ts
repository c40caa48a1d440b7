import { describe, expect, it } from 'vitest';
import { firstBrokenLaw } from './print-table.ts';
import { allProtections } from './all-protections.mjs';
import { breakingSeeds } from './breaking-seeds.ts';

describe('a protection that is taken away', () => {
  // Each runs in a process of its own, so that two use both cores.
  it.concurrent.each(Object.keys(allProtections))('is missed: %s', async (name) => {
    const search = { first: breakingSeeds[name] ?? 1, seeds: 10_000, maxSeconds: 240 };
    expect(await firstBrokenLaw(name, search)).toMatch(/broke a law/);
  });
});
