import type { KeyFilter } from './key-totals.ts';

const backslash = 0x5c;
const firstBeyondAscii = 0x80;
/** Lower case of each byte; only letters of ASCII have one. */
const lowerCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

/**
 * Creates a filter for the keys that contain a text, in capital or small letters. Nearly all keys are plain ASCII, and
 * are searched as bytes: a string for each of them would take five times as long.
 */
export function keysContaining(text: string): KeyFilter {
  const wanted = text.toLowerCase();
  const wantedBytes = Buffer.from(wanted);
  return (bytes, start, end) => {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === backslash || byte >= firstBeyondAscii) return textOf(bytes, start, end).includes(wanted);
    }
    return hasBytes(bytes, start, end, wantedBytes);
  };
}

function textOf(bytes: Buffer, start: number, end: number): string {
  return String(JSON.parse(`"${bytes.toString('utf8', start, end)}"`)).toLowerCase();
}

function hasBytes(bytes: Buffer, start: number, end: number, wanted: Buffer): boolean {
  const first = wanted[0];
  for (let at = start; at <= end - wanted.length; at++) {
    if (lowerCase[bytes[at] ?? 0] !== first) continue;
    let same = 1;
    while (same < wanted.length && lowerCase[bytes[at + same] ?? 0] === wanted[same]) same += 1;
    if (same === wanted.length) return true;
  }
  return false;
}
