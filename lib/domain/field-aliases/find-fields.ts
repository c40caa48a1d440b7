import { fieldAliases, transparentFields, type AliasedField } from '../field-aliases.ts';

type Scalar = string | number;
type Fields = Readonly<Record<string, unknown>>;

/** The values of a field under its names, the most telling name first. */
export type FoundFields = ReadonlyMap<
  AliasedField,
  readonly { readonly name: string; readonly value: Scalar }[]
>;

/** One meaning of a path. */
interface Meaning {
  readonly field: AliasedField;
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

const maxDepth = 6;
/** Clients may invent names; then the places are forgotten from time to time. */
const maxPlaces = 5_000;

export type FindFields = (value: Fields) => FoundFields;

/**
 * Creates a search for the fields of an entry in objects of any shape. It remembers the places it has seen, because the lines
 * of a log are alike: a field takes one look in a table.
 * @param names  names of fields that replace those of the table
 */
export function createFieldSearch(names: ReadonlyMap<AliasedField, string> = new Map()): FindFields {
  const { meanings, prefixes } = readAliases(names);
  const transparent = new Set(transparentFields.map(plainName));
  let placeCount = 0;
  let root = createPlace('');

  function createPlace(path: string): Place {
    placeCount += 1;
    return { path, meanings: meanings.get(path) ?? [], isEntered: prefixes.has(path), places: new Map() };
  }
  function placeIn(parent: Place, key: string): Place {
    const known = parent.places.get(key);
    if (known !== undefined) return known;
    const name = plainName(key);
    const path =
      transparent.has(name) && !meanings.has(parent.path + name) ? parent.path : parent.path + name;
    const place = createPlace(path);
    parent.places.set(key, place);
    return place;
  }

  return (fields) => {
    if (placeCount > maxPlaces) {
      placeCount = 0;
      root = createPlace('');
    }
    const found = new Map<AliasedField, (Meaning & { readonly value: Scalar })[]>();
    const add = (place: Place, value: Scalar): void => {
      for (const meaning of place.meanings) {
        const values = found.get(meaning.field);
        if (values === undefined) found.set(meaning.field, [{ ...meaning, value }]);
        else values.push({ ...meaning, value });
      }
    };
    const enter = (place: Place, value: unknown, depth: number): void => {
      if (typeof value === 'string' || typeof value === 'number') {
        if (place.meanings.length > 0) add(place, value);
      } else if (Array.isArray(value)) {
        if (depth < maxDepth) enterList(place, value, depth);
      } else if (typeof value === 'object' && value !== null && place.isEntered && depth < maxDepth) {
        for (const key of Object.keys(value)) enter(placeIn(place, key), (value as Fields)[key], depth + 1);
      }
    };
    /** Takes the first value of a list, such as those of a header; or the values of a list of names and values. */
    const enterList = (place: Place, list: readonly unknown[], depth: number): void => {
      const [first] = list;
      if (typeof first !== 'object' || first === null) return enter(place, first, depth + 1);
      for (const pair of list) {
        const { name, value } = (pair ?? {}) as Partial<Record<string, unknown>>;
        if (typeof name === 'string') enter(placeIn(place, name), value, depth + 1);
      }
    };
    enter(root, fields, 0);
    for (const values of found.values()) if (values.length > 1) values.sort((a, b) => a.rank - b.rank);
    return found;
  };
}

/** Returns a name without signs, in lower case. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9\u0080-\uffff]+/g, '');
}

function readAliases(names: ReadonlyMap<AliasedField, string>) {
  const meanings = new Map<string, Meaning[]>();
  const prefixes = new Set(['']);
  for (const [field, aliases] of Object.entries(fieldAliases) as [AliasedField, readonly string[]][]) {
    const named = names.get(field);
    for (const [rank, name] of (named === undefined ? aliases : [named]).entries()) {
      const path = plainName(name);
      meanings.set(path, [...(meanings.get(path) ?? []), { field, rank, name }]);
      const parts = name.split('.');
      for (let count = 1; count < parts.length; count++)
        prefixes.add(plainName(parts.slice(0, count).join('')));
    }
  }
  return { meanings, prefixes };
}
