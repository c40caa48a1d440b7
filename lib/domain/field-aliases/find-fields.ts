import { fieldAliases, programMarks, transparentFields, type AliasedField } from '../field-aliases.ts';
import { lengthOfField, UnreadPart } from './unread-part.ts';

type Scalar = string | number;
type Fields = Readonly<Record<string, unknown>>;

/** A field of an entry, or a mark of the program that wrote it. */
export type FoundField = AliasedField | 'mark';

/** The values of the fields by name; for each field, the value with the most telling name comes first. */
export type FoundFields = Readonly<Partial<Record<FoundField, readonly FoundValue[] | undefined>>>;

/** A value, and the name in the table of aliases under which it was found. */
export interface FoundValue {
  readonly name: string;
  readonly rank: number;
  readonly value: Scalar;
}

/** One meaning of a path. */
export interface Meaning {
  readonly field: FoundField;
  readonly rank: number;
  /** The name in the table of aliases, which may have a unit. */
  readonly name: string;
}

/** A place in an object: the meanings of its value, and the places in it. */
interface Place {
  readonly path: string;
  readonly meanings: readonly Meaning[];
  /** True if a field in it may have a meaning. */
  readonly isEntered: boolean;
  readonly places: Map<string, Place>;
}

/** The table of aliases by plain path, and the paths that lead to one. */
export interface Aliases {
  readonly meanings: ReadonlyMap<string, readonly Meaning[]>;
  readonly prefixes: ReadonlySet<string>;
}

/** The place of all names without a meaning, in which nothing is looked for. */
const nowhere: Place = { path: '', meanings: [], isEntered: false, places: new Map() };

const plain = /^[a-z0-9@]+$/;
const maxDepth = 6;
/** Length of `{"name":,"value":}`. */
const lengthOfPair = 18;
/** Longer objects are shortened before they are searched, whatever came before them. */
const maxUsualLength = 4_096;
/** Maximum number of places remembered. Clients may invent names, but most lines of a log have those of its first lines. */
const maxPlaces = 1_000;

/**
 * A search for the fields of an entry in objects of any shape. It remembers the places it has seen, because the lines
 * of a log are alike: a field takes one lookup in a table. It creates no function and few objects per line, which
 * halves its time.
 */
export class FieldSearch {
  readonly #aliases: Aliases;
  readonly #transparent = new Set(transparentFields.map(plainName));
  readonly #hasOwnNames: boolean;
  #placeCount = 0;
  readonly #unread = new UnreadPart();
  /** Length of the text of the object that is found next, if it was parsed as a whole. */
  #length = 0;
  #read = 0;
  readonly #root: Place;
  #found: Partial<Record<FoundField, FoundValue[]>> = {};

  /** @param names  names of fields that replace those of the table */
  constructor(names: ReadonlyMap<AliasedField, string> = new Map()) {
    this.#aliases = readAliases(names);
    this.#hasOwnNames = names.size > 0;
    this.#root = this.#createPlace('');
  }

  /**
   * Reports whether `knownFieldsOf` should shorten an object, which is then parsed and searched: if it is long, or if the
   * objects before it had more names than are remembered, or much that was not looked at.
   */
  isShortened(length: number): boolean {
    if (this.#hasOwnNames) return false;
    const isShortened = length > maxUsualLength || this.#placeCount === maxPlaces || this.#unread.isLarge;
    this.#length = isShortened ? 0 : length;
    return isShortened;
  }

  /** Finds the fields in an object. */
  find(fields: Fields): FoundFields {
    this.#found = {};
    this.#read = 0;
    this.#enter(this.#root, fields, 0);
    this.#unread.add(this.#length, this.#read);
    this.#length = 0;
    return this.#found;
  }

  /** Finds the fields among names and values; for names that nobody knows a map takes half of the time of an object. */
  findIn(fields: ReadonlyMap<string, Scalar>): FoundFields {
    this.#found = {};
    for (const [name, value] of fields) this.#enter(this.#placeIn(this.#root, name), value, 1);
    return this.#found;
  }

  #enter(place: Place, value: unknown, depth: number): void {
    if (typeof value === 'string' || typeof value === 'number') {
      for (const meaning of place.meanings) this.#add(meaning, value);
    } else if (Array.isArray(value)) {
      if (depth < maxDepth) this.#enterList(place, value, depth);
    } else if (typeof value === 'object' && value !== null && place.isEntered && depth < maxDepth) {
      this.#enterObject(place, value as Fields, depth);
    }
  }

  /** Its own fields come before those of objects in it, such as the body of a request that has a `method`, too. */
  #enterObject(place: Place, fields: Fields, depth: number): void {
    let holders: string[] | undefined;
    for (const key of Object.keys(fields)) {
      const value = fields[key];
      this.#read += lengthOfField(key, value);
      if (typeof value === 'string' || typeof value === 'number') {
        for (const meaning of this.#placeIn(place, key).meanings) this.#add(meaning, value);
      } else if (typeof value === 'object') (holders ??= []).push(key);
    }
    if (holders === undefined) return;
    for (const key of holders) this.#enter(this.#placeIn(place, key), fields[key], depth + 1);
  }

  /** Takes the first value of a list, such as those of a header; or the values of a list of names and values. */
  #enterList(place: Place, list: readonly unknown[], depth: number): void {
    const [first] = list;
    if (typeof first !== 'object' || first === null) {
      this.#read += lengthOfField('', first);
      return this.#enter(place, first, depth + 1);
    }
    if (!place.isEntered) return;
    for (const pair of list) {
      const [name, value] = nameAndValueIn(pair);
      if (typeof name !== 'string') continue;
      this.#read += lengthOfField(name, value) + lengthOfPair;
      this.#enter(this.#placeIn(place, name), value, depth + 1);
    }
  }

  #add({ field, rank, name }: Meaning, value: Scalar): void {
    const values = this.#found[field];
    if (values === undefined) {
      this.#found[field] = [{ name, rank, value }];
      return;
    }
    let at = values.length;
    while (at > 0 && (values[at - 1]?.rank ?? 0) > rank) at -= 1;
    values.splice(at, 0, { name, rank, value });
  }

  #placeIn(parent: Place, key: string): Place {
    const known = parent.places.get(key);
    if (known !== undefined) return known;
    const name = plainName(key);
    const isTransparent = this.#transparent.has(name) && !this.#aliases.meanings.has(parent.path + name);
    const place = this.#createPlace(isTransparent ? parent.path : parent.path + name);
    if (this.#placeCount < maxPlaces) {
      parent.places.set(key, place);
      this.#placeCount += 1;
    }
    return place;
  }

  #createPlace(path: string): Place {
    const meanings = this.#aliases.meanings.get(path);
    const isEntered = this.#aliases.prefixes.has(path);
    if (meanings === undefined && !isEntered) return nowhere;
    return { path, meanings: meanings ?? [], isEntered, places: new Map() };
  }
}

/** Returns the parts of `{"name", "value"}`, `{"key", "value"}` and `["name", "value"]`. */
function nameAndValueIn(pair: unknown): readonly unknown[] {
  if (Array.isArray(pair)) return pair;
  const { name, key, value } = (pair ?? {}) as Partial<Record<string, unknown>>;
  return [typeof name === 'string' ? name : key, value];
}

/**
 * Returns a name in lower case without punctuation, except `@`: `@timestamp` and `timestamp` are different fields.
 */
export function plainName(name: string): string {
  if (plain.test(name)) return name;
  return name.toLowerCase().replace(/[^a-z0-9@\u0080-\uffff]+/g, '');
}

/** Reads the table; `names` replaces the names of some fields. */
export function readAliases(names: ReadonlyMap<AliasedField, string>): Aliases {
  const meanings = new Map<string, Meaning[]>();
  const prefixes = new Set(['']);
  const addName = (field: FoundField, name: string, rank: number): void => {
    const path = plainName(name);
    const others = meanings.get(path) ?? [];
    if (!others.some((other) => other.field === field))
      meanings.set(path, [...others, { field, rank, name }]);
    const parts = name.split('.');
    for (let count = 1; count < parts.length; count++) {
      prefixes.add(plainName(parts.slice(0, count).join('')));
    }
  };
  for (const [field, aliases] of Object.entries(fieldAliases) as [AliasedField, readonly string[]][]) {
    const named = names.get(field);
    for (const [rank, name] of (named === undefined ? aliases : [named]).entries())
      addName(field, name, rank);
  }
  for (const [rank, name] of programMarks.entries()) addName('mark', name, rank);
  return { meanings, prefixes };
}
