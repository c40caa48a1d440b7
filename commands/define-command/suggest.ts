import { closest, distance } from 'fastest-levenshtein';

/** Returns ` Did you mean X?` with the name that is most like the word, or an empty text where none is like it. */
export function suggest(word: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const name = closest(word, names);
  const isPrefix = word.replace(/^-+/, '').length > 1 && name.startsWith(word);
  return isPrefix || distance(word, name) <= Math.max(2, Math.floor(name.length / 3))
    ? ` Did you mean ${name}?`
    : '';
}
