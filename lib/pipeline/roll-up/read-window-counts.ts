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
 * The counts of the window at a key that was listed.
 * @throws UnreadableFormat  it is damaged, written by a newer version, or gone
 */
export async function readWindowCounts(
  key: ObjectKey,
  size: WindowSize,
  store: Pick<ObjectStore, 'get'>,
): Promise<MinuteCounts | RolledUpWindow> {
  const decode = size === 'minute' ? decodeWindowCounts : decodeRolledUp;
  const start = await store.get(key, { firstBytes: usualCountsBytes });
  const counts = start && decode(start.body);
  if (counts !== undefined) return counts;
  const whole = await store.get(key);
  const wholeCounts = whole && decode(whole.body);
  if (wholeCounts === undefined)
    throw new UnreadableFormat(`The window ${key} is damaged: it has no end of its counts.`);
  return wholeCounts;
}
