// Loaded by `--import`, before TypeScript is: takes protections away, each by replacing the piece of source that it is.
//   WITHOUT  which ones, separated by commas
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { clusterProtections } from './cluster/protections.mjs';
import { protections } from './protections.mjs';

const all = { ...protections, ...clusterProtections };

/** The source of files without what is to be taken away, by their addresses. */
function sourcesWithout(names) {
  const sources = new Map();
  for (const name of names) {
    if (!Object.hasOwn(all, name)) throw new Error(`There is no protection "${name}" to take away.`);
    for (const { file, from, to } of all[name]) {
      const url = new URL(`../../${file}`, import.meta.url);
      const source = sources.get(url.href) ?? readFileSync(url, 'utf8');
      // Otherwise it could go on with everything in its place once the source has changed.
      if (source.split(from).length !== 2) throw new Error(`Not once in ${file}: ${from}`);
      sources.set(
        url.href,
        source.replace(from, () => to),
      );
    }
  }
  return sources;
}

if (isMainThread && process.env.WITHOUT !== undefined) {
  register('../e2e/replacing-loader.mjs', import.meta.url, {
    data: sourcesWithout(process.env.WITHOUT.split(',')),
  });
}
