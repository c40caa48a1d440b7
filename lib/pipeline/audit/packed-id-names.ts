import type { PackedIds } from '../../domain/packed-ids.ts';
import { partialIdBytes } from '../../domain/partial.ts';

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
