import type { ObjectKey } from '../../lib/domain/keys.ts';

/** A text that cannot name an object here, or whose place is taken by the directory or by the object of others. */
export class InvalidObjectKey extends TypeError {
  override readonly name = 'InvalidObjectKey';
}

/** Directory in which the writer keeps what is not an object yet. No segment of a key begins with a dot. */
export const temporaryDirectoryName = '.tmp';

const segment = '(?!\\.)[a-z0-9._%~-]{1,200}(?<!\\.)';
const segmentPattern = new RegExp(`^${segment}$`);
const keyPattern = new RegExp(`^${segment}(?:/${segment})*$`);

/** Most file systems take paths of 4,096 bytes; a key leaves room for the root before it. */
const maxKeyLength = 2_000;

/** Returns whether the text can be one segment of a key. This also distinguishes an object's file from other files. */
export function isKeySegment(text: string): boolean {
  return segmentPattern.test(text);
}

/** Returns whether the text is a key, whatever its origin and its type. */
export function isObjectKey(text: string): text is ObjectKey {
  return text.length <= maxKeyLength && keyPattern.test(text);
}

/**
 * The file of an object. The grammar is enforced here, so that no caller's mistake can leave the root or let two keys
 * meet in one file.
 * @throws InvalidObjectKey  the text is not a key
 */
export function placeOf(root: string, key: string): string {
  if (!isObjectKey(key)) throw new InvalidObjectKey(`Not an object key: ${JSON.stringify(key)}`);
  return `${root}/${key}`;
}

/** The directory of an object, as a path below the root; '' is the root itself. */
export function directoryOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}
