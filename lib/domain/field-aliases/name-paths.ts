import { lineFields, transparentFields } from '../field-aliases.ts';
import { plainName, readAliases, type Meaning } from './find-fields.ts';

/** A place in an object: the meanings of its value, and whether fields in it may have one. */
export interface NamePath {
  readonly meanings: readonly Meaning[];
  readonly isEntered: boolean;
  /** The number of its node. */
  readonly node: number;
}

const letters = 26;
const digits = 10;
/** Letters, digits and `@`: the characters of plain names. */
const symbols = letters + digits + 1;
const dropped = -1;
const foreign = -2;

/**
 * The paths of the table of aliases as a tree of characters, for names in the bytes of a body. A name takes one step
 * per character and creates nothing, so any number of unknown names costs next to nothing. The names of nested fields
 * continue where the name around them ended: `http`, then `request`, then `method`.
 */
export class NamePaths {
  readonly #paths = new CharacterTree();
  readonly #transparent = new CharacterTree();
  readonly #lines = new CharacterTree();
  readonly #placeOf: readonly (NamePath | undefined)[];
  /** The object itself. */
  readonly root: NamePath = { meanings: [], isEntered: true, node: 0 };

  constructor() {
    const { meanings, prefixes } = readAliases(new Map());
    const places: (NamePath | undefined)[] = [this.root];
    for (const path of new Set([...meanings.keys(), ...prefixes])) {
      if (path === '') continue;
      const node = this.#paths.add(path);
      places[node] = { meanings: meanings.get(path) ?? [], isEntered: prefixes.has(path), node };
    }
    for (const name of transparentFields) this.#transparent.add(plainName(name));
    for (const name of lineFields) this.#lines.add(plainName(name));
    this.#placeOf = places;
  }

  /**
   * Returns the place of a field within another one; `undefined` if its name, from `start` to `end`, has no meaning.
   */
  within(parent: NamePath, bytes: Uint8Array, start: number, end: number): NamePath | undefined {
    const node = this.#paths.walk(parent.node, bytes, start, end);
    const place = node < 0 ? undefined : this.#placeOf[node];
    if (place !== undefined && place.meanings.length > 0) return place;
    // A field such as `properties` is left out of the path.
    return this.#transparent.knows(bytes, start, end) ? parent : place;
  }

  /** Reports whether a field with the name from `start` to `end` may hold a line of another program. */
  mayHoldLine(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#lines.knows(bytes, start, end);
  }
}

/** A tree of plain texts; a node's number identifies the characters that lead to it. */
class CharacterTree {
  #next = new Uint16Array(symbols * 4_096);
  #nodes = 1;
  readonly #ends = new Set<number>();

  add(plain: string): number {
    let node = 0;
    for (const byte of Buffer.from(plain)) {
      const at = node * symbols + symbolOf(byte);
      this.#next[at] ||= this.#nodes++;
      node = this.#next[at];
    }
    if (this.#nodes * symbols > this.#next.length)
      throw new RangeError('The names have too many characters.');
    this.#ends.add(node);
    return node;
  }

  /** Returns the node that a name leads to, or -1. Skips all characters except letters, digits and `@`. */
  walk(from: number, bytes: Uint8Array, start: number, end: number): number {
    let node = from;
    for (let at = start; at < end; at++) {
      const symbol = symbolOf(bytes[at] ?? 0);
      if (symbol === dropped) continue;
      node = symbol === foreign ? 0 : (this.#next[node * symbols + symbol] ?? 0);
      if (node === 0) return -1;
    }
    return node;
  }

  knows(bytes: Uint8Array, start: number, end: number): boolean {
    const node = this.walk(0, bytes, start, end);
    return node > 0 && this.#ends.has(node);
  }
}

function symbolOf(byte: number): number {
  if (byte >= 0x80) return foreign;
  return symbolOfAscii[byte] ?? dropped;
}

const symbolOfAscii = Int8Array.from({ length: 0x80 }, (_, byte) => {
  const character = String.fromCharCode(byte).toLowerCase();
  if (/[a-z]/.test(character)) return character.charCodeAt(0) - 0x61;
  if (/\d/.test(character)) return letters + Number(character);
  return character === '@' ? letters + digits : dropped;
});
