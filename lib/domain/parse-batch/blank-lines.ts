import { afterWhiteSpace, code, noLineBreak } from './json-scanner.ts';

/** White space that `String.trim` removes and JSON does not allow. */
const otherSpaces = Array.from(
  '\u00a0\v\f\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
  (space) => Buffer.from(space),
);

/**
 * Skips lines of white space only. Returns the position in the first other line, after JSON's white space at its start,
 * or the end.
 */
export function afterBlankLines(bytes: Uint8Array, start: number): number {
  for (let lineStart = start; ;) {
    const text = afterWhiteSpace(bytes, lineStart, code.lineFeed);
    let at = text;
    for (let length = spaceAt(bytes, at); length > 0; length = spaceAt(bytes, at)) {
      at = afterWhiteSpace(bytes, at + length, noLineBreak);
    }
    const isBlank = at > text && (at >= bytes.length || bytes[at] === code.lineFeed);
    if (!isBlank) return text;
    lineStart = at;
  }
}

/** Returns the number of bytes of other white space at a position. */
function spaceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first <= 0x7f && first !== 0x0b && first !== 0x0c) return 0;
  for (const space of otherSpaces) {
    let same = 0;
    while (same < space.length && bytes[at + same] === space[same]) same += 1;
    if (same === space.length) return same;
  }
  return 0;
}
