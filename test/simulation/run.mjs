// Starts the simulation without the protections that `--without` names: they are removed from the sources before these
// are bundled. Hundreds of files would take several times as long to load one by one.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { sourcesWithout } from '../e2e/sources-without.mjs';
import { allProtections } from './all-protections.mjs';

const { values } = parseArgs({ options: { without: { type: 'string' } }, strict: false });
// Without a text, or with a name that does not exist, the command itself complains.
const isKnown = (name) => Object.hasOwn(allProtections, name);
const isGiven = typeof values.without === 'string' && values.without.split(',').every(isKnown);
if (isGiven) process.env.WITHOUT = values.without;
const sources = sourcesWithout(isGiven ? values.without.split(',') : [], allProtections);

const withoutProtections = {
  name: 'without protections',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: sources.get(pathToFileURL(path).href) ?? (await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};

const directory = await mkdtemp(join(tmpdir(), 'simulation-'));
const bundle = join(directory, 'simulation.mjs');
await build({
  entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  sourcemap: 'inline',
  define: { 'import.meta.url': JSON.stringify(import.meta.url) },
  plugins: [withoutProtections],
});
process.setSourceMapsEnabled(true);
const { main } = await import(bundle);
await rm(directory, { recursive: true });
await main();
