import { decodeObject } from '../../domain/decode-object.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { decodeRolledUp } from '../../domain/roll-up-format.ts';
import type { RolledUpWindow } from '../../domain/roll-up.ts';
import type { WindowSize } from '../../domain/window.ts';
import type { MinuteCounts } from '../../domain/window-aggregate.ts';
import { decodeWindowCounts } from '../../domain/window-format.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** Holds the counts of most windows, and few of the ids of the busy minutes, which follow them. */
const usualCountsBytes = 64 * 1_024;

/**
 * Reads the counts of the window at a key; returns `undefined` where there is none. A window that was listed may be gone when
 * it is read: its customer is being forgotten, or it has expired.
 * @throws UnreadableFormat  it is damaged, or a newer version wrote it
 */
export function readWindowCounts(
  key: ObjectKey,
  size: WindowSize,
  store: Pick<ObjectStore, 'get'>,
): Promise<MinuteCounts | RolledUpWindow | undefined> {
  const decode = (start: Buffer): MinuteCounts | RolledUpWindow | undefined =>
    size === 'minute' ? decodeWindowCounts(start) : decodeRolledUp(start);
  return readWindowStart(key, decode, store);
}

/**
 * Reads the start of the window at a key with `decode`, which returns `undefined` where the counts go on behind the bytes that
 * it gets; returns `undefined` where there is no window.
 * @throws UnreadableFormat  it is damaged, or a newer version wrote it
 */
export async function readWindowStart<T>(
  key: ObjectKey,
  decode: (start: Buffer) => T | undefined,
  store: Pick<ObjectStore, 'get'>,
): Promise<T | undefined> {
  const start = await store.get(key, { firstBytes: usualCountsBytes });
  if (start === undefined) return undefined;
  const window = decodeObject(key, start.body, decode);
  if (window !== undefined) return window;
  const whole = await store.get(key);
  if (whole === undefined) return undefined;
  const wholeWindow = decodeObject(key, whole.body, decode);
  if (wholeWindow === undefined)
    throw new UnreadableFormat(`The window ${key} is damaged: it has no end of its counts.`);
  return wholeWindow;
}
