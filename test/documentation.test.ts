import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tables } from '../commands/cost/tables.ts';
import { errorCodes } from '../handlers/error-codes.ts';
import { environmentSchema } from '../lib/config.ts';

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

it('docs/cost.md has the tables that `npm run cost` prints', () => {
  const page = readFileSync(new URL('../docs/cost.md', import.meta.url), 'utf8');
  const written = [...page.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => comparable(table));
  expect(written).toEqual(tables().map(comparable));
});

/** Without the padding of its cells. */
function comparable(table: string): string {
  return table
    .trim()
    .replaceAll(/ *\| */g, '|')
    .replaceAll(/-+/g, '-');
}
