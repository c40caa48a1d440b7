import { setImmediate as nextTurn } from 'node:timers/promises';
import pMap from 'p-map';
import { inGroups } from './in-groups.ts';

/**
 * Reads items in their order, at most `atOnce` at a time, and yields what was read of each group of half as many. While a
 * caller works on one group, the next one is read: without that, a third of the time of a long range goes into waiting for files.
 */
export async function* readGroups<Item, Read>(
  items: AsyncIterable<Item>,
  atOnce: number,
  read: (item: Item) => Promise<Read>,
): AsyncGenerator<Read[]> {
  const inGroup = Math.ceil(atOnce / 2);
  let ahead: Promise<Read[]> | undefined;
  for await (const group of inGroups(items, inGroup)) {
    const reading = pMap(group, read, { concurrency: inGroup });
    // A caller that stops early does not wait for it, and so does not learn that it failed.
    reading.catch(() => undefined);
    if (ahead !== undefined) {
      yield await ahead;
      await nextTurn(); // so that what takes a moment passes what takes many
    }
    ahead = reading;
  }
  if (ahead !== undefined) yield await ahead;
}
