import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allProtections } from './all-protections.mjs';
import { breakingSeeds } from './breaking-seeds.ts';

it.each(Object.entries(allProtections))('knows the source of a protection: %s', (_name, pieces) => {
  for (const { file, from } of pieces) {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(from);
  }
});

it('has the seeds of protections that exist', () => {
  expect(Object.keys(allProtections)).toEqual(expect.arrayContaining(Object.keys(breakingSeeds)));
});
