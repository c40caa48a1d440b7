import { expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { findUncounted } from '../../../lib/pipeline/verify/find-uncounted.ts';
import { batchIdOf, customer, windowStart } from '../../factories.ts';

const start = windowStart('2025-12-28T18:03:00Z');
const sought = {
  customerId: customer(),
  id: batchIdOf('a'),
  payloadHash: 'hash',
  partials: [{ windowStart: start, part: 0 }],
};

it.each([
  ['is missing', [], [0]],
  ['has expired', ['2025-12-28T18:04:00Z'], []],
  ['expires while it is looked for', ['2025-12-28T18:03:00Z', '2025-12-28T18:04:00Z'], []],
])('of a window that %s, finds %j → %j', async (_what, horizons, places) => {
  const left = horizons.map((horizon) => windowStart(horizon));
  const horizon = async () => left.shift() ?? start;
  const uncounted = await findUncounted([sought], new InMemoryObjectStore(), { horizon });
  expect([...(uncounted.places.get(sought) ?? [])]).toEqual(places);
});
