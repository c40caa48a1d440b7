import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The dashboard as served: a document, and the files that it links to. */
export interface Page {
  readonly html: string;
  /** Files by name; a name changes with its content, so browsers may cache it forever. */
  readonly assets: Readonly<Record<string, string>>;
}

/** The files that `web/index.html` links to. */
const entryPoints = ['theme.ts', 'main.ts', 'styles.css', 'icon.svg'] as const;

/**
 * Bundles the page from `web/` in about 0.1 s: in the emulator on the first request, and when the functions are
 * packaged. A deployed bundle has the result in place of this module; see `bundle-plugin.cjs`.
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
    target: ['chrome123', 'firefox128', 'safari17.5'], // the first versions with all CSS features in use
    loader: { '.svg': 'copy' },
    logLevel: 'silent', // a failure is thrown, with its whole text
  });

  const licence = await readFile(createRequire(import.meta.url).resolve('uplot/LICENSE'), 'utf8');
  let html = await readFile(source('index.html'), 'utf8');
  const assets: Record<string, string> = {};
  for (const { path, text: bundled } of outputFiles) {
    const built = basename(path);
    // The licence of a library must accompany every copy of it.
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
