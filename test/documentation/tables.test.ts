import { describe, expect, it } from 'vitest';
import { scaleTables } from '../../commands/cost/scale-tables.ts';
import { tables } from '../../commands/cost/tables.ts';
import { errorCodes } from '../../handlers/http/error-codes.ts';
import type { Route } from '../../handlers/http/route.ts';
import { routes } from '../../handlers/http/routes.ts';
import { environmentSchema } from '../../lib/environment-schema.ts';
import { createInMemoryEventStream } from '../../lib/adapters/in-memory-event-stream.ts';
import { clusterEnvironmentSchema } from '../../self-hosted/cluster-environment.ts';
import { createClusterMetrics } from '../../self-hosted/admin/cluster-metrics.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { instant } from '../factories.ts';
import { readPage } from './pages.ts';

/** The rows of the first table whose rows begin with code, on a page or behind a heading of it. */
function rowsOf(path: string, heading = ''): string[] {
  const { text } = readPage(path);
  const lines = text.slice(text.indexOf(heading)).split('\n');
  const first = lines.findIndex((line) => line.startsWith('| `'));
  const rest = lines.slice(first);
  return rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('| `')),
  );
}

it('docs/reference/errors.md has every error code with its status, category and meaning, and no other', () => {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, category, meaning }]) => `| \`${code}\` | ${status} | ${category} | ${meaning} |`,
  );
  expect(rowsOf('docs/reference/errors.md')).toEqual(rows);
});

interface Variable {
  readonly def: { readonly defaultValue: unknown };
  readonly description?: string | undefined;
}

it.each<[string, Readonly<Record<string, Variable>>]>([
  ['configuration', environmentSchema.shape],
  ['cluster-configuration', clusterEnvironmentSchema.shape],
])('docs/reference/%s.md has every variable with its default, and no other', (page, shape) => {
  const variables: readonly [string, Variable][] = Object.entries(shape);
  const rows = variables.map(
    ([name, schema]) => `| \`${name}\` | ${defaultOf(schema.def.defaultValue)} | ${schema.description} |`,
  );
  // Links in descriptions start at the root of the repository.
  const fromThePage = rows.map((row) => row.replaceAll('](docs/', '](../'));
  expect(rowsOf(`docs/reference/${page}.md`)).toEqual(fromThePage);
});

/** The part of a variable's schema that its row is made of. */
interface Variable {
  readonly def: { readonly defaultValue: unknown };
  readonly description?: string | undefined;
}

function defaultOf(value: unknown): string {
  if (value === 'the host name') return 'the host name';
  return value === '' ? '' : `\`${String(value)}\``;
}

it('docs/reference/metrics.md has every metric with its type and meaning, and no other', async () => {
  const diskRoom = {
    use: async () => ({ usedBytes: 1, quotaBytes: 2, freeBytes: 3 }),
    refusal: async () => undefined,
  };
  const clock = { now: () => instant('2025-12-28T18:04:00Z') };
  const stream = createInMemoryEventStream({ clock });
  const metrics = createMetrics({ insights: stream, late: stream }, undefined, { diskRoom });
  const rows = metricRows((await metrics.read(clock.now())).text);
  expect(rows.length).toBeGreaterThan(20);
  expect(rowsOf('docs/reference/metrics.md')).toEqual(rows);
});

it('docs/reference/metrics.md has every metric of the cluster form, and its rules name metrics that exist', async () => {
  const clock = { now: () => instant('2025-12-28T18:04:00Z') };
  const barriers = { minutes: () => clock.now(), rollUps: () => clock.now() };
  const text = await createClusterMetrics({
    barriers,
    consumed: [],
    differingWindows: () => 1,
    clock,
  })();
  expect(rowsOf('docs/reference/metrics.md', '## The cluster form')).toEqual(metricRows(text));

  const known = readPage('docs/reference/metrics.md').text;
  for (const name of ['rules.yml', 'cluster-rules.yml']) {
    const used = readPage(`docs/how-to/monitoring/${name}`).text.match(/log_analytics_\w+/g) ?? [];
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((metric) => !known.includes(`\`${metric}\``))).toEqual([]);
  }
});

/** Returns the rows of a table of metrics, from their text. */
function metricRows(text: string): string[] {
  return Array.from(
    text.matchAll(/^# HELP (log_analytics_\S+) (?<help>.+)\n# TYPE \S+ (?<type>\S+)$/gm),
    ([, name, help, type]) => `| \`${name}\` | ${type} | ${help} |`,
  );
}

describe('docs/reference/http.md', () => {
  /** The text of each section whose heading names routes, by each of these. */
  const sections = new Map(
    readPage('docs/reference/http.md')
      .text.split(/^#{2,3} (?=`(?:GET|POST) \/)/m)
      .flatMap((text) => {
        const [heading = ''] = text.split('\n');
        return [...heading.matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, name = '']) => [name, text] as const);
      }),
  );
  const table: readonly Route[] = Object.values(routes);
  /** Aliases are named in the section of the route that they stand for. */
  const described = table.filter(({ isAlias }) => isAlias !== true);

  it('has a section for every route, and for no other', () => {
    const forPrograms = described.filter(({ functionName }) => functionName !== 'page');
    expect([...sections.keys()]).toEqual(expect.arrayContaining(forPrograms.map(({ name }) => name)));
    expect(table.map(({ name }) => name)).toEqual(expect.arrayContaining([...sections.keys()]));
  });

  it('names every parameter of a query', () => {
    const missing = described.flatMap(({ name, query }) =>
      Object.keys(query?.shape ?? {})
        .filter((parameter) => sections.get(name)?.includes(`\`${parameter}\``) !== true)
        .map((parameter) => `${name} ${parameter}`),
    );
    expect(missing).toEqual([]);
  });
});

describe.each([
  ['docs/explanation/costs.md', 'npm run cost', tables],
  ['docs/explanation/scale.md', 'npm run cost -- --scale', scaleTables],
])('%s', (page, command, printed) => {
  it(`has the tables that \`${command}\` prints`, () => {
    const { text } = readPage(page);
    const written = [...text.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => comparable(table));
    expect(written).toEqual(printed().map(comparable));
  });
});

/** Without the padding of its cells. */
function comparable(table: string): string {
  return table
    .trim()
    .replaceAll(/ *\| */g, '|')
    .replaceAll(/-+/g, '-');
}
