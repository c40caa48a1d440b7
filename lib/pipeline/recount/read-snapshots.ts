import { windowPrefix, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { eachObject } from '../audit/each-object.ts';
import { snapshotLine, type Spool } from '../audit/spool.ts';
import type { RecountOptions, RecountPorts, RecountReporter } from './recount-ports.ts';

/**
 * Spools the windows as they are now.
 * @param keys  those to read, ascending; `undefined` for all of the range
 * @returns how many were read
 * @throws Unavailable  one of them cannot be read
 */
export async function readSnapshots(
  keys: (() => Iterable<ObjectKey>) | undefined,
  into: Spool,
  { store, retention }: RecountPorts,
  options: RecountOptions,
  reporter: RecountReporter,
): Promise<number> {
  let windows = 0;
  const read = async (key: ObjectKey) => {
    if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) return;
    const object = await store.get(key);
    if (object === undefined) return;
    into.add(snapshotLine(key, object));
    windows += 1;
  };
  const listed = () => (keys === undefined ? windowsIn(options, store) : each(keys()));
  await eachObject('windows', listed, read, reporter);
  return windows;
}

/** Lists the windows of the range. */
async function* windowsIn(
  { customerId, from, to }: RecountOptions,
  store: RecountPorts['store'],
): AsyncGenerator<ObjectKey> {
  for await (const key of store.list(windowPrefix(customerId, 'minute'))) {
    const windowStart = windowStartOfKey(key);
    if (windowStart >= to) return;
    if (windowStart >= from) yield key;
  }
}

async function* each(keys: Iterable<ObjectKey>): AsyncGenerator<ObjectKey> {
  yield* keys;
}
