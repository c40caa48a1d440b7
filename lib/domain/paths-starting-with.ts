import type { KeyFilter } from './key-totals.ts';

const space = 0x20;

/**
 * Creates a filter for the paths that start with a prefix, for any method: a key is a method, which has no space, a space
 * and the path. JSON escapes each character separately, so a path has a prefix if its JSON text has that of the prefix.
 */
export function pathsStartingWith(prefix: string): KeyFilter {
  const prefixBytes = Buffer.from(JSON.stringify(prefix).slice(1, -1));
  return (bytes, start, end) => {
    const methodEnd = bytes.indexOf(space, start);
    const pathStart = methodEnd < 0 || methodEnd >= end ? start : methodEnd + 1;
    if (pathStart + prefixBytes.length > end) return false;
    return prefixBytes.every((byte, place) => bytes[pathStart + place] === byte);
  };
}
