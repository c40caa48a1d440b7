/**
 * Skips JSON values without building them, in time proportional to their length: each function takes the position of
 * a value and returns the position after it. `JSON.parse` builds an object for each brace, so 2 MiB of small objects
 * with distinct keys cost twelve times as much as 2 MiB of entries, and it raises an exception for each text that is
 * not JSON.
 *
 * The grammar is that of RFC 8259; a property test compares it with `JSON.parse`. It reads the bytes of valid UTF-8,
 * because reading the characters of a large string is ten times slower.
 */

/** Position returned if there is no value. */
export const malformed = -1;

/** Bytes that have a meaning in JSON. */
export const code = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  colon: 0x3a,
  capitalE: 0x45,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  e: 0x65,
  u: 0x75,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** Line breaks that count as white space: none if each line is a text of its own. */
export type LineBreak = typeof code.lineFeed | typeof noLineBreak;
export const noLineBreak = -1;

export function afterWhiteSpace(bytes: Uint8Array, start: number, lineBreak: LineBreak): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== code.space && byte !== lineBreak && byte !== code.carriageReturn && byte !== code.tab) break;
  }
  return at;
}

/** Skips a value; returns `malformed` if there is none. */
export function afterValue(bytes: Uint8Array, start: number, lineBreak: LineBreak): number {
  const first = bytes[start];
  if (first === code.openBrace || first === code.openBracket) return afterContainer(bytes, start, lineBreak);
  if (first !== code.quote) return afterScalar(bytes, start);
  const after = afterString(bytes, start);
  return positionOf(after);
}

/** Skips a string. The bits of the position are inverted if the string has an escape: see `isEscaped`. */
export function afterString(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== code.quote) return malformed;
  let hasEscape = false;
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === code.quote) return hasEscape ? ~(at + 1) : at + 1;
    if (byte < code.space) return malformed;
    if (byte !== code.backslash) continue;
    hasEscape = true;
    at += 1;
    const escaped = bytes[at] ?? 0;
    if (escaped === code.u) {
      for (let digit = 0; digit < 4; digit++) if (!isHexDigit(bytes[++at] ?? 0)) return malformed;
    } else if (!escapes.has(escaped)) {
      return malformed;
    }
  }
  return malformed;
}

/** Reports whether a position from `afterString` follows a string with an escape. */
export function isEscaped(after: number): boolean {
  return after < malformed;
}

/** Returns the position after a string, from what `afterString` returned for it. */
export function positionOf(after: number): number {
  return isEscaped(after) ? ~after : after;
}

/**
 * Returns where the value of a member begins. The object has to be known to be JSON.
 * @param afterName  what `afterString` returned for the member's name
 */
export function valueAfterName(bytes: Uint8Array, afterName: number, lineBreak: LineBreak): number {
  const colon = afterWhiteSpace(bytes, positionOf(afterName), lineBreak);
  return afterWhiteSpace(bytes, colon + 1, lineBreak);
}

/** Skips the comma behind a member or an element, if there is one, and white space. */
export function afterComma(bytes: Uint8Array, start: number, lineBreak: LineBreak): number {
  const at = afterWhiteSpace(bytes, start, lineBreak);
  return bytes[at] === code.comma ? afterWhiteSpace(bytes, at + 1, lineBreak) : at;
}

/** Skips an array or object without recursion, since nothing limits the depth of a value. */
function afterContainer(bytes: Uint8Array, start: number, lineBreak: LineBreak): number {
  const outer = new Enclosing();
  let isObject = bytes[start] === code.openBrace;
  let isFirst = true;
  let at = start + 1;
  for (;;) {
    at = afterWhiteSpace(bytes, at, lineBreak);
    if (!isFirst || bytes[at] !== closing(isObject)) {
      if (isObject) at = afterName(bytes, at, lineBreak);
      if (at === malformed) return malformed;
      const byte = bytes[at];
      if (byte === code.openBrace || byte === code.openBracket) {
        outer.push(isObject);
        isObject = byte === code.openBrace;
        isFirst = true;
        at += 1;
        continue;
      }
      at = afterValue(bytes, at, lineBreak);
      if (at === malformed) return malformed;
      at = afterWhiteSpace(bytes, at, lineBreak);
    }
    while (bytes[at] === closing(isObject)) {
      at += 1;
      if (outer.depth === 0) return at;
      isObject = outer.pop();
      at = afterWhiteSpace(bytes, at, lineBreak);
    }
    if (bytes[at] !== code.comma) return malformed;
    at += 1;
    isFirst = false;
  }
}

/**
 * Records which of the values around a position are objects, the outermost first. For 2 MiB of brackets it needs 2
 * MiB.
 */
class Enclosing {
  depth = 0;
  #areObjects = new Uint8Array(64);

  push(isObject: boolean): void {
    if (this.depth === this.#areObjects.length) {
      const larger = new Uint8Array(2 * this.depth);
      larger.set(this.#areObjects);
      this.#areObjects = larger;
    }
    this.#areObjects[this.depth++] = isObject ? 1 : 0;
  }

  pop(): boolean {
    return this.#areObjects[--this.depth] === 1;
  }
}

function afterName(bytes: Uint8Array, start: number, lineBreak: LineBreak): number {
  const after = afterString(bytes, start);
  if (after === malformed) return malformed;
  const at = afterWhiteSpace(bytes, positionOf(after), lineBreak);
  return bytes[at] === code.colon ? afterWhiteSpace(bytes, at + 1, lineBreak) : malformed;
}

/** Skips a number, `true`, `false` or `null`. */
function afterScalar(bytes: Uint8Array, start: number): number {
  const literal = literals.get(bytes[start] ?? 0);
  if (literal === undefined) return afterNumber(bytes, start);
  return literal.every((byte, n) => bytes[start + n] === byte) ? start + literal.length : malformed;
}

function afterNumber(bytes: Uint8Array, start: number): number {
  const integer = bytes[start] === code.minus ? start + 1 : start;
  let at = bytes[integer] === code.zero ? integer + 1 : afterDigits(bytes, integer);
  if (at !== malformed && bytes[at] === code.dot) at = afterDigits(bytes, at + 1);
  if (at !== malformed && (bytes[at] === code.e || bytes[at] === code.capitalE)) {
    const isSigned = bytes[at + 1] === code.minus || bytes[at + 1] === code.plus;
    at = afterDigits(bytes, isSigned ? at + 2 : at + 1);
  }
  return at;
}

function afterDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at] ?? 0)) at += 1;
  return at > start ? at : malformed;
}

const escapes: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
const literals: ReadonlyMap<number, Uint8Array> = new Map(
  ['true', 'false', 'null'].map((literal) => [literal.charCodeAt(0), Buffer.from(literal)]),
);

function closing(isObject: boolean): number {
  return isObject ? code.closeBrace : code.closeBracket;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}
