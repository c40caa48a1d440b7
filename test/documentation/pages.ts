import { readdirSync, readFileSync } from 'node:fs';

export const root = new URL('../../', import.meta.url);

/** A document of the repository. */
export interface Page {
  /** From the root, such as `docs/README.md`. */
  readonly path: string;
  readonly text: string;
}

const folders = ['docs/', 'examples/', 'bench/', 'client/', '.github/'];

/** Reads every Markdown file of the repository but those of `node_modules` and of test fixtures. */
export function readPages(): Page[] {
  const inFolder = (folder: string, recursive: boolean) =>
    readdirSync(new URL(folder, root), { recursive, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
      .map((path) => `${folder}${path.replaceAll('\\', '/')}`);
  const present = new Set(readdirSync(root).map((name) => `${name}/`));
  const paths = [
    ...inFolder('./', false).map((path) => path.slice('./'.length)),
    ...folders.filter((folder) => present.has(folder)).flatMap((folder) => inFolder(folder, true)),
  ];
  return paths.map(readPage);
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(new URL(path, root), 'utf8') };
}
