import type { ObjectKey } from '../../lib/domain/keys.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { bodyOf } from './object-directory-bodies.ts';

/*
 * Writes to the object directory in its first argument until it is killed, and prints acknowledged writes: `created
 * <key>` and `counted <number>`, one per line.
 */
const [, , root = ''] = process.argv;

async function createForever(lane: number): Promise<void> {
  for (let n = 0; ; n += 1) {
    const key = `batches/lane-${lane}/${String(n).padStart(6, '0')}` as ObjectKey;
    await directory.put(key, bodyOf(key), { ifNoneMatch: '*' });
    process.stdout.write(`created ${key}\n`);
  }
}

async function countForever(): Promise<void> {
  const key = 'count' as ObjectKey;
  let { etag } = await directory.put(key, bodyOf('0'), { ifNoneMatch: '*' });
  for (let n = 1; ; n += 1) {
    ({ etag } = await directory.put(key, bodyOf(String(n)), { ifMatch: etag }));
    process.stdout.write(`counted ${n}\n`);
  }
}

const directory = await openObjectDirectory(root);
await Promise.all([countForever(), ...Array.from({ length: 8 }, (_, lane) => createForever(lane))]);
