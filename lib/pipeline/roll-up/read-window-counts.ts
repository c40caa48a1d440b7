import type { ObjectKey } from '../../domain/keys.ts';
import { decodeRolledUp } from '../../domain/roll-up-format.ts';
import type { RolledUpWindow } from '../../domain/roll-up.ts';
import type { WindowSize } from '../../domain/window.ts';
import type { MinuteCounts } from '../../domain/window-aggregate.ts';
import { decodeWindowCounts } from '../../domain/window-format.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** Holds the counts of most windows, and none of the ids of the busy minutes, which follow them. */
const usualCountsBytes = 16 * 1_024;

/**
 * Reads the counts of the window at a key; `undefined` where there is none. One that was listed may be gone by then, when
 * its customer is being forgotten or it has expired.
 * @throws UnreadableFormat  it is damaged, or a newer version wrote it
 */
export async function readWindowCounts(
  key: ObjectKey,
  size: WindowSize,
  store: Pick<ObjectStore, 'get'>,
): Promise<MinuteCounts | RolledUpWindow | undefined> {
  const decode = size === 'minute' ? decodeWindowCounts : decodeRolledUp;
  const start = await store.get(key, { firstBytes: usualCountsBytes });
  if (start === undefined) return undefined;
  const counts = decode(start.body);
  if (counts !== undefined) return counts;
  const whole = await store.get(key);
  if (whole === undefined) return undefined;
  const wholeCounts = decode(whole.body);
  if (wholeCounts === undefined)
    throw new UnreadableFormat(`The window ${key} is damaged: it has no end of its counts.`);
  return wholeCounts;
}
