import { createHash } from 'node:crypto';

/** A token with the name of a place must fit in the address of a request. */
const maxNameLength = 200;

/**
 * Returns the name by which keys of equal values are sorted: the key, or the start of a long one and its hash. So keys
 * that are equal so far are in a fixed order as well.
 */
export function placeName(key: string): string {
  if (key.length <= maxNameLength) return key;
  return `${key.slice(0, maxNameLength)}${createHash('sha256').update(key).digest('base64url').slice(0, 22)}`;
}
