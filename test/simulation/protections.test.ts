import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allProtections } from './all-protections.mjs';

it.each(Object.entries(allProtections))('knows the source of a protection: %s', (_name, pieces) => {
  for (const { file, from } of pieces) {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(from);
  }
});
