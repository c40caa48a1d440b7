import { partialIdBytes } from './partial.ts';

/**
 * The ids of the partials that a window counts, one after the other in one buffer: a busy window has tens of
 * thousands, and as an array of strings every reader of the window would have to parse them.
 */
export type PackedIds = Buffer;

/** The items whose ids the window does not hold yet, in their order; of several with one id the first. */
export function unseen<T extends { readonly id: Buffer }>(packed: PackedIds, items: readonly T[]): T[] {
  // By the first four bytes of the id, so that one pass over the window looks for all of them at once.
  const candidates = new Map<number, T[]>();
  for (const item of items) {
    const prefix = item.id.readInt32LE(0);
    const alike = candidates.get(prefix);
    if (alike === undefined) candidates.set(prefix, [item]);
    else if (!alike.some(({ id }) => id.equals(item.id))) alike.push(item);
  }
  for (let at = 0; at < packed.length; at += partialIdBytes) {
    const prefix = packed.readInt32LE(at);
    const alike = candidates.get(prefix);
    if (alike === undefined) continue;
    const differsFromHeld = ({ id }: T) =>
      packed.compare(id, 0, partialIdBytes, at, at + partialIdBytes) !== 0;
    candidates.set(prefix, alike.filter(differsFromHeld));
  }
  const unseenItems = new Set([...candidates.values()].flat());
  return items.filter((item) => unseenItems.delete(item)); // once, also where one item is given twice
}
