import { behindCustomer, customerSegmentOf, windowsPrefix, type ObjectKey } from '../../domain/keys.ts';
import type { WindowSize } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/**
 * Lists the segments of customers that have windows of one size, in ascending order, after the given one. It looks at
 * one key of each customer and skips the others, so that its cost depends on how many customers there are, and not on
 * how much they send.
 */
export async function* customersOfWindows(
  after: string | undefined,
  size: WindowSize,
  store: Pick<ObjectStore, 'list'>,
): AsyncGenerator<string> {
  let last = after;
  for (;;) {
    const key = await firstWindowBehind(last, size, store);
    if (key === undefined) return;
    last = customerSegmentOf(key);
    yield last;
  }
}

/** Returns the first window of the customers behind one, or of all; `undefined` if there is none. */
export async function firstWindowBehind(
  segment: string | undefined,
  size: WindowSize,
  store: Pick<ObjectStore, 'list'>,
): Promise<ObjectKey | undefined> {
  const startAfter = segment === undefined ? '' : behindCustomer(segment, size);
  for await (const key of store.list(windowsPrefix(size), { startAfter })) return key;
  return undefined;
}
