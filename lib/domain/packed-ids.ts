import { partialIdBytes } from './partial.ts';

/**
 * The ids of the partials that a window counts, one after the other in one buffer: a busy window has tens of
 * thousands, and every reader of the window would have to parse them as an array of strings.
 */
export type PackedIds = Buffer;

/** Returns the items whose ids the window does not have yet, in order; of several with one id only the first. */
export function unseen<T extends { readonly id: Buffer }>(packed: PackedIds, items: readonly T[]): T[] {
  // The index uses the first four bytes of the ids, so that one pass over the window finds all of them at once.
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
  return items.filter((item) => unseenItems.delete(item)); // once, even if one item is given twice
}
