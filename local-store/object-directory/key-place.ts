import type { ObjectKey } from '../../lib/domain/keys.ts';

/** A text that cannot be the key of an object here, or whose place is taken by a directory or object of other keys. */
export class InvalidObjectKey extends TypeError {
  override readonly name = 'InvalidObjectKey';
}

/** Directory in which the writer keeps files that are not objects yet. No segment of a key begins with a dot. */
export const temporaryDirectoryName = '.tmp';

const segment = '(?!\\.)[a-z0-9._%~-]{1,200}(?<!\\.)';
const segmentPattern = new RegExp(`^${segment}$`);
const keyPattern = new RegExp(`^${segment}(?:/${segment})*$`);

/** Most file systems accept paths of 4,096 bytes; this leaves space for the path of the root. */
const maxKeyLength = 2_000;

/** Returns whether the text can be a segment of a key. This also distinguishes objects' files from other files. */
export function isKeySegment(text: string): boolean {
  return segmentPattern.test(text);
}

/** Returns whether a value of any type is a key. */
export function isObjectKey(text: string): text is ObjectKey {
  return text.length <= maxKeyLength && keyPattern.test(text);
}

/**
 * Returns the path of an object's file. It enforces the grammar of keys, so that no mistake of a caller can lead out
 * of the root or let two keys share a file.
 * @throws InvalidObjectKey  the text is not a key
 */
export function placeOf(root: string, key: string): string {
  if (!isObjectKey(key)) throw new InvalidObjectKey(`Not an object key: ${JSON.stringify(key)}`);
  return `${root}/${key}`;
}

/** Returns the directory of an object, as a path below the root; '' is the root itself. */
export function directoryOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}
