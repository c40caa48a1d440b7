import type { ObjectKey } from '../../domain/keys.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { inGroups } from '../query/in-groups.ts';
import type { SweepPhase } from './sweep.ts';

/** Number of keys after which a phase checks whether its time is up. */
export const keysAGroup = 256;

/**
 * Creates a phase that looks at all objects of a prefix, group by group.
 * @param expire  deletes those of a group that are behind the horizon
 */
export function phaseInGroups(
  prefix: string,
  store: Pick<ObjectStore, 'list'>,
  expire: (keys: readonly ObjectKey[], horizon: WindowStart) => Promise<void>,
): SweepPhase {
  return {
    prefix,
    async run(horizon, after, isTimeUp) {
      const listed = store.list(prefix, after === undefined ? {} : { startAfter: after });
      for await (const keys of inGroups(listed, keysAGroup)) {
        await expire(keys, horizon);
        if (isTimeUp()) return { after: keys.at(-1) };
      }
      return undefined;
    },
  };
}
