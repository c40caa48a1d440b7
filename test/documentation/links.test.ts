import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readPage, readPages, root, type Page } from './pages.ts';

const pages = readPages();
const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });

describe('the documents', () => {
  it('are all looked at', () => {
    expect(pages.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', 'docs/README.md', 'docs/explanation/reliability.md']),
    );
  });

  it('link to files and headings that exist', () => {
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });

  it('can all be reached from the README', () => {
    const documents = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
    const reached = reachableFrom('README.md');
    expect(documents.filter((path) => !reached.has(path))).toEqual([]);
  });

  it('name files that exist', () => {
    const pattern =
      /(?:`|npx tsx )((?:test|bench|docs|lib|local-store|commands|handlers|examples|client)\/[\w./-]+\.\w+)/g;
    const missing = pages.flatMap(({ path, text }) =>
      [...text.matchAll(pattern)]
        .filter(([, file = '']) => !existsSync(new URL(file, root)))
        .map(([, file]) => `${path}: ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it('name commands that exist', () => {
    const { scripts } = packageSchema.parse(JSON.parse(readPage('package.json').text));
    const missing = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)]
        .filter(([, command = '']) => !(command in scripts))
        .map(([, command]) => `${path}: npm run ${command}`),
    );
    expect(missing).toEqual([]);
  });
});

it('code, settings and messages name documents that exist', () => {
  const folders = ['bench/', 'commands/', 'deploy/', 'handlers/', 'lib/', 'local-store/', 'scripts/', 'web/'];
  const inFolders = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}${path}`,
    ),
  );
  const files = ['Dockerfile', 'compose.yaml', 'serverless.yml', ...inFolders.filter(isSource)];
  const missing = files.flatMap((file) =>
    [...readFileSync(new URL(file, root), 'utf8').matchAll(/(?<![\w/-])docs\/[\w./-]+\.md/g)]
      .filter(([document]) => !existsSync(new URL(document, root)))
      .map(([document]) => `${file}: ${document}`),
  );
  expect(files).toContain('lib/config.ts');
  expect(missing).toEqual([]);
});

describe('a broken link', () => {
  const found = (text: string) => brokenLinks({ path: 'docs/README.md', text });

  it('is found where the file, the heading or the picture is missing', () => {
    expect(found('[a](missing.md)')).toEqual(['docs/README.md: missing.md']);
    expect(found('[a](glossary.md#missing)')).toEqual(['docs/README.md: glossary.md#missing']);
    expect(found('# A heading\n[a](#another)')).toEqual(['docs/README.md: #another']);
    expect(found('<img src="images/missing.png">')).toEqual(['docs/README.md: images/missing.png']);
  });

  it('is not reported in code, at another site, or where the heading exists', () => {
    expect(found('`[a](missing.md)` [b](https://example.com/missing.md)')).toEqual([]);
    expect(found('```sh\n[a](missing.md)\n```\n')).toEqual([]);
    expect(found("## One `heading`, it's here\n[a](#one-heading-its-here)")).toEqual([]);
  });
});

function isSource(path: string): boolean {
  return /\.(?:ts|mjs|cjs|ya?ml)$/.test(path) && !path.includes('node_modules');
}

function brokenLinks(page: Page): string[] {
  return linksOf(page)
    .filter(({ target, fragment }) => {
      if (!existsSync(target)) return true;
      if (fragment === '' || !target.pathname.endsWith('.md')) return false;
      const text = pathOf(target) === page.path ? page.text : readPage(pathOf(target)).text;
      return !headingsOf(text).includes(fragment);
    })
    .map(({ written }) => `${page.path}: ${written}`);
}

function linksOf({ path, text }: Page) {
  const prose = withoutCode(text);
  return [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
    .map(([, link, source]) => link ?? source ?? '')
    .filter((written) => !/^[a-z]+:/.test(written))
    .map((written) => {
      const [file = '', fragment = ''] = written.split('#');
      const here = new URL(path, root);
      return { written, fragment, target: file === '' ? here : new URL(file, here) };
    });
}

function reachableFrom(start: string): Set<string> {
  const reached = new Set([start]);
  for (const path of reached) {
    for (const { target } of linksOf(readPage(path))) {
      if (target.pathname.endsWith('.md') && existsSync(target)) reached.add(pathOf(target));
    }
  }
  return reached;
}

/** The fragments by which GitHub lets a page's headings be linked to. */
function headingsOf(text: string): string[] {
  return [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');
}

function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(root.pathname.length));
}
