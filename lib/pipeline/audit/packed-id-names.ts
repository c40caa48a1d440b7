import type { PackedIds } from '../../domain/packed-ids.ts';
import { partialIdBytes } from '../../domain/partial.ts';

/** The name of an id in a set: a character a byte. */
export function nameOfId(id: Buffer): string {
  return id.toString('latin1');
}

/** The names of all the ids, each as often as it is there. */
export function* namesOfIds(packed: PackedIds): Generator<string> {
  for (let at = 0; at < packed.length; at += partialIdBytes) {
    yield nameOfId(packed.subarray(at, at + partialIdBytes));
  }
}
