import type { PackedIds } from './packed-ids.ts';
import { partialIdBytes } from './partial.ts';

/** Returns the name of an id in a set: one character for each byte. */
export function nameOfId(id: Buffer): string {
  return id.toString('latin1');
}

/** Yields the names of all ids, each as often as it occurs. */
export function* namesOfIds(packed: PackedIds): Generator<string> {
  for (let at = 0; at < packed.length; at += partialIdBytes) {
    yield nameOfId(packed.subarray(at, at + partialIdBytes));
  }
}

/** Returns the names of the first ids of a window. */
export function firstNames(packed: PackedIds | undefined, ids: number): ReadonlySet<string> {
  return new Set(packed && namesOfIds(packed.subarray(0, ids * partialIdBytes)));
}
