import { expect, it } from 'vitest';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { FirstSights } from '../../../lib/pipeline/verify/first-sights.ts';
import { instant } from '../../factories.ts';

const key = 'batches/cus-axon/k-a' as ObjectKey;
const batch = { storedAt: instant('2025-12-28T18:04:00Z') };
const [first, second] = [instant('2025-12-28T18:05:00Z'), instant('2025-12-28T18:06:00Z')];

it('remembers when a batch was seen first', () => {
  const sights = new FirstSights();
  expect([sights.of(key, batch, first), sights.of(key, batch, second)]).toEqual([first, first]);
});

it('sees a batch anew that has taken the place of a forgotten one', () => {
  const sights = new FirstSights();
  sights.of(key, batch, first);
  expect(sights.of(key, { storedAt: first }, second)).toEqual(second);
});

it('sees a batch anew if the clock was set back, since a barrier may seem to be younger than the sight', () => {
  const sights = new FirstSights();
  sights.of(key, batch, second);
  expect(sights.of(key, batch, first)).toEqual(first);
});
