import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The dashboard as it is served: a document, and files that it names. */
export interface Page {
  readonly html: string;
  /** By names that change with their content, so that a browser may keep them for good. */
  readonly assets: Readonly<Record<string, string>>;
}

/** The files that `web/index.html` names. */
const entryPoints = ['theme.ts', 'main.ts', 'styles.css', 'icon.svg'] as const;

/**
 * Bundles the page out of `web/`, in about 0.1 s: under the emulator when it is first asked for, and when the functions are
 * packaged. In a deployed bundle this module is replaced by what it makes; see `bundle-plugin.cjs`.
 */
export async function bundlePage(): Promise<Page> {
  const source = (name: string) => fileURLToPath(new URL(`../web/${name}`, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: entryPoints.map(source),
    outdir: 'assets',
    entryNames: '[name]',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome123', 'firefox128', 'safari17.5'], // the first ones with all of the CSS that is used
    loader: { '.svg': 'copy' },
    logLevel: 'silent', // a failure is thrown with all that it says
  });

  const licence = await readFile(createRequire(import.meta.url).resolve('uplot/LICENSE'), 'utf8');
  let html = await readFile(source('index.html'), 'utf8');
  const assets: Record<string, string> = {};
  for (const { path, text: bundled } of outputFiles) {
    const built = basename(path);
    // Who copies the library copies its licence.
    const text = built === 'main.js' ? `${bundled}/*! uPlot\n\n${licence}*/\n` : bundled;
    const name = hashedName(built, text);
    assets[name] = text;
    html = html.replaceAll(`"${sourceName(built)}"`, `"assets/${name}"`);
  }
  return { html, assets };
}

function hashedName(name: string, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return name.replace(/(?=\.[a-z]+$)/, `-${hash}`);
}

function sourceName(built: string): string {
  return built.replace(/\.js$/, '.ts');
}
