import { readFileSync } from 'node:fs';

/**
 * Returns the source of files without the protections to remove, by their addresses.
 * @param protections  by its name, each piece of source that a protection is, and what replaces it
 */
export function sourcesWithout(names, protections) {
  const sources = new Map();
  for (const name of names) {
    if (!Object.hasOwn(protections, name)) throw new Error(`There is no protection "${name}" to take away.`);
    for (const { file, from, to } of [protections[name]].flat()) {
      const url = new URL(`../../${file}`, import.meta.url);
      const source = sources.get(url.href) ?? readFileSync(url, 'utf8');
      // Otherwise it could run with every protection in place once the source has changed.
      if (source.split(from).length !== 2) throw new Error(`Not once in ${file}: ${from}`);
      sources.set(
        url.href,
        source.replace(from, () => to),
      );
    }
  }
  return sources;
}
