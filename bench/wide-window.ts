import type { CustomerId } from '../lib/domain/customer-id.ts';
import { emptyCounts } from '../lib/domain/dimensions.ts';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import { partialIdBytes } from '../lib/domain/partial.ts';
import { addPartials, type WindowAggregate } from '../lib/domain/window-aggregate.ts';
import type { WindowStart } from '../lib/domain/window.ts';

export const limits = { maxKeysPerDimension: 10_000, maxKeyTextBytes };

/** Creates a minute with this many paths, numbered from the given one on. */
export function wideWindow(
  customerId: CustomerId,
  windowStart: WindowStart,
  { paths, firstPath }: { readonly paths: number; readonly firstPath: number },
  now: Date,
): WindowAggregate {
  const requestsByPath = new Map<string, number>();
  for (let id = firstPath; id < firstPath + paths; id++) {
    requestsByPath.set(`GET /shop/articles?id=${id}`, 1 + (id % 7));
  }
  const requests = [...requestsByPath.values()].reduce((sum, each) => sum + each, 0);
  const counts = { ...emptyCounts(), requestsByPath };
  const partial = { customerId, windowStart, id: Buffer.alloc(partialIdBytes), part: 0, isLate: false };
  const window = addPartials(undefined, [{ ...partial, requests, counts }], now, limits);
  if (window === undefined) throw new Error('The partial does not change the window.');
  return window;
}
