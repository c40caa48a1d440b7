import { lstat } from 'node:fs/promises';
import { Unavailable } from '../../lib/errors.ts';
import type { AgedObjects } from '../../lib/ports/aged-objects.ts';
import { errorCode } from '../../lib/error-code.ts';
import { placeOf } from './key-place.ts';

/** Reads the age of objects from their files: an object is written whole, so its file is as old as the object. */
export function agedObjects(root: string): AgedObjects {
  return {
    async writtenAt(key) {
      try {
        return (await lstat(placeOf(root, key))).mtime;
      } catch (cause) {
        if (errorCode(cause) === 'ENOENT') return undefined;
        throw new Unavailable('The age of an object cannot be read.', { cause });
      }
    },
  };
}
