import { enclosingWindowKey, type ObjectKey } from '../../domain/keys.ts';
import type { RolledUpSize } from '../../domain/window.ts';

/** The windows that ascending ones are part of, ascending: each once, as the parts of one window come together. */
export async function* enclosingWindows(
  parts: AsyncIterable<ObjectKey> | Iterable<ObjectKey>,
  size: RolledUpSize,
): AsyncGenerator<ObjectKey> {
  let last: ObjectKey | undefined;
  for await (const part of parts) {
    const key = enclosingWindowKey(part, size);
    if (key !== last) yield key;
    last = key;
  }
}
