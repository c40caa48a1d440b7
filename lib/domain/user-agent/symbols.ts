/**
 * User agents as small numbers, one for each UTF-16 code unit, so that they can index tables: ASCII letters of both
 * cases are one symbol, and all characters that no rule needs are another.
 */

export const symbolCount = 64;

/** Follows the last symbol of an agent, and stands for characters that no rule needs. */
const otherSymbol = 0;
const otherWhiteSpace = 1;
/** Characters that `.` of a regular expression does not match. */
const lineTerminator = 2;
const firstListed = 3;
const listed = 'abcdefghijklmnopqrstuvwxyz0123456789_.-/ ()[;:,|+';

const symbols = createSymbols();

/** Returns the symbol of the first character of `text`. */
export const symbolOf = (text: string): number => symbols[text.charCodeAt(0)] ?? otherSymbol;

export const lineEnd = symbolOf('\n');
export const space = symbolOf(' ');

/** Sets of symbols as bits, for `isIn`. */
export const dash = 1;
export const slash = 2;
export const blank = 4;
export const digit = 8;
export const dot = 16;
const underscore = 32;
export const letter = 64;
export const comma = 128;
export const plus = 256;
/** `(`, `)` and `|`. */
export const bracketOrBar = 512;
/** Characters that end a web address. */
export const addressEnd = 1_024;
/** `\w` */
export const wordCharacter = letter | digit | underscore;

const sets = createSets();

export function isIn(set: number, symbol: number): boolean {
  return ((sets[symbol] ?? 0) & set) !== 0;
}

/** Reads the symbols of `text` into the beginning of `into`, followed by one for its end. */
export function readSymbols(text: string, into: Uint8Array): void {
  for (let at = 0; at < text.length; at++) into[at] = symbols[text.charCodeAt(at)] ?? otherSymbol;
  into[text.length] = otherSymbol;
}

function createSymbols(): Uint8Array {
  const table = new Uint8Array(65_536);
  for (const [index, character] of Array.from(listed).entries()) {
    table[character.charCodeAt(0)] = firstListed + index;
    table[character.toUpperCase().charCodeAt(0)] = firstListed + index;
  }
  for (let code = 0; code < table.length; code++) {
    if (table[code] === otherSymbol && /\s/.test(String.fromCharCode(code))) table[code] = otherWhiteSpace;
  }
  for (const character of '\n\r\u2028\u2029') table[character.charCodeAt(0)] = lineTerminator;
  return table;
}

function createSets(): Uint16Array {
  const table = new Uint16Array(symbolCount);
  const add = (characters: string, set: number): void => {
    for (const character of characters) {
      const symbol = symbolOf(character);
      table[symbol] = (table[symbol] ?? 0) | set;
    }
  };
  add('abcdefghijklmnopqrstuvwxyz', letter);
  add('0123456789', digit);
  add('_', underscore);
  add('.', dot);
  add('-', dash);
  add('/', slash);
  add(' ', blank);
  add(',', comma);
  add('+', plus);
  add('()|', bracketOrBar);
  add('\n\t ;,)', addressEnd);
  return table;
}
