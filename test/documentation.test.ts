import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { tables } from '../commands/cost/tables.ts';
import { errorCodes } from '../handlers/http/error-codes.ts';
import type { Route } from '../handlers/http/route.ts';
import { routes } from '../handlers/http/routes.ts';
import { environmentSchema } from '../lib/config.ts';

const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function rowsAfter(heading: string): string[] {
  const section = readme.slice(readme.indexOf(`\n${heading}\n`)).split(/\n#{1,3} /, 2)[1] ?? '';
  return section.split('\n').filter((line) => line.startsWith('| `'));
}

describe('the README', () => {
  it('has every error code with its status, category and meaning, and no other', () => {
    const rows = Object.entries(errorCodes).map(
      ([code, { status, category, meaning }]) => `| \`${code}\` | ${status} | ${category} | ${meaning} |`,
    );
    expect(rowsAfter('### Errors')).toEqual(rows);
  });

  it('has every variable of the configuration with its default, and no other', () => {
    const rows = Object.entries(environmentSchema.shape).map(
      ([name, schema]) => `| \`${name}\` | \`${String(schema.def.defaultValue)}\` | ${schema.description} |`,
    );
    expect(rowsAfter('## Configuration')).toEqual(rows);
  });
});

describe('the reference of the HTTP interface', () => {
  /** The text of each section whose heading names routes, by each of these. */
  const sections = new Map(
    readme.split(/^#{2,3} (?=`(?:GET|POST) \/)/m).flatMap((text) => {
      const [heading = ''] = text.split('\n');
      return [...heading.matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, name = '']) => [name, text] as const);
    }),
  );
  const table: readonly Route[] = Object.values(routes);

  it('has a section for every route, and for no other', () => {
    const forPrograms = table.filter(({ functionName }) => functionName !== 'page').map(({ name }) => name);
    expect([...sections.keys()]).toEqual(expect.arrayContaining(forPrograms));
    expect(table.map(({ name }) => name)).toEqual(expect.arrayContaining([...sections.keys()]));
  });

  it('names every query parameter', () => {
    const missing = table.flatMap(({ name, query }) =>
      Object.keys(query?.shape ?? {})
        .filter((parameter) => sections.get(name)?.includes(`\`${parameter}\``) !== true)
        .map((parameter) => `${name} ${parameter}`),
    );
    expect(missing).toEqual([]);
  });
});

it('docs/cost.md has the tables that `npm run cost` prints', () => {
  const page = readFileSync(new URL('../docs/cost.md', import.meta.url), 'utf8');
  const written = [...page.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => comparable(table));
  expect(written).toEqual(tables().map(comparable));
});

it('names only files and commands that exist', () => {
  const root = new URL('../', import.meta.url);
  const pagesIn = (folder: string, options: { recursive: boolean }) =>
    readdirSync(new URL(folder, root), { ...options, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => `${folder}${path}`);
  const pages = [
    ...pagesIn('./', { recursive: false }),
    ...['./docs/', './bench/'].flatMap((folder) => pagesIn(folder, { recursive: true })),
  ];
  const { scripts } = packageSchema.parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
  const missing = pages.flatMap((page) => {
    const text = readFileSync(new URL(page, root), 'utf8');
    const files = [
      ...text.matchAll(/(?:`|npx tsx )((?:test|bench|client|docs|lib|local-store|commands)\/[\w./-]+\.\w+)/g),
    ];
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)];
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)];
    return [
      ...files.filter(([, file = '']) => !existsSync(new URL(file, root))),
      ...links.filter(([, link = '']) => !existsSync(new URL(link, new URL(page, root)))),
      ...commands.filter(([, command = '']) => !(command in scripts)),
    ].map(([found]) => `${page}: ${found}`);
  });
  expect(pages).toContain('./docs/reliability.md');
  expect(missing).toEqual([]);
});

/** Removes the padding of a table's cells. */
function comparable(table: string): string {
  return table
    .trim()
    .replaceAll(/ *\| */g, '|')
    .replaceAll(/-+/g, '-');
}
