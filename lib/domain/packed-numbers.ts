/**
 * Whole numbers as text, in a third less space than their digits take: each number is written in groups of 5 bits, the
 * lowest first, a character for each; all but the last one of a number have a sixth bit. So a list of sums of paths takes
 * about half as much as the paths themselves.
 */
export type PackedNumbers = string;

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const valueOfCode = Int8Array.from({ length: 128 }, (_, code) => digits.indexOf(String.fromCharCode(code)));
const groupSize = 32;

/** Packs whole numbers of 0 to 2^53 − 1. */
export function packNumbers(numbers: readonly number[]): PackedNumbers {
  let text = '';
  for (let rest of numbers) {
    while (rest >= groupSize) {
      text += digits[groupSize + (rest % groupSize)];
      rest = Math.floor(rest / groupSize);
    }
    text += digits[rest];
  }
  return text;
}

/** Unpacks numbers; returns `undefined` for a text that `packNumbers` does not write. */
export function unpackNumbers(text: PackedNumbers): number[] | undefined {
  const numbers: number[] = [];
  let number = 0;
  let factor = 1;
  for (let at = 0; at < text.length; at++) {
    const value = valueOfCode[text.charCodeAt(at)] ?? -1;
    if (value < 0) return undefined;
    number += (value % groupSize) * factor;
    if (value >= groupSize) {
      factor *= groupSize;
      continue;
    }
    // Each number has one form, without zeros at its end.
    if (!Number.isSafeInteger(number) || (value === 0 && factor > 1)) return undefined;
    numbers.push(number);
    number = 0;
    factor = 1;
  }
  return factor === 1 ? numbers : undefined;
}
