import type { KeyFilter } from './key-totals.ts';

const backslash = 0x5c;
const firstBeyondAscii = 0x80;
/** Lower case of each byte; only letters of ASCII have one. */
const lowerCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

/**
 * Creates a filter for the keys that contain a text, in upper or lower case. Nearly all keys are plain ASCII, and
 * are searched as bytes: a string for each of them would take five times as long. Each byte is read once, whatever the text
 * is (Knuth, Morris and Pratt).
 */
export function keysContaining(text: string): KeyFilter {
  const wanted = text.toLowerCase();
  const wantedBytes = Buffer.from(wanted);
  const borders = bordersOf(wantedBytes);
  return (bytes, start, end) => {
    let matched = 0;
    for (let at = start; at < end; at++) {
      const byte = lowerCase[bytes[at] ?? 0] ?? 0;
      if (byte === backslash || byte >= firstBeyondAscii) return textOf(bytes, start, end).includes(wanted);
      while (matched > 0 && wantedBytes[matched] !== byte) matched = borders[matched - 1] ?? 0;
      if (wantedBytes[matched] === byte) matched += 1;
      if (matched === wantedBytes.length) return true;
    }
    return false;
  };
}

/** Returns, for each start of a text, the length of the longest shorter start that it ends with. */
function bordersOf(text: Buffer): Uint16Array {
  const borders = new Uint16Array(text.length);
  for (let at = 1, length = 0; at < text.length; at++) {
    while (length > 0 && text[length] !== text[at]) length = borders[length - 1] ?? 0;
    if (text[length] === text[at]) length += 1;
    borders[at] = length;
  }
  return borders;
}

function textOf(bytes: Buffer, start: number, end: number): string {
  return String(JSON.parse(`"${bytes.toString('utf8', start, end)}"`)).toLowerCase();
}
