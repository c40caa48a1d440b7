import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { aggregatesPrefix } from '../../../lib/domain/keys.ts';
import { enclosingWindowStart, firstWindowStartFrom } from '../../../lib/domain/window.ts';
import { windowsFixture } from '../../../test/contract/windows-fixture.ts';
import { customer } from '../../../test/factories.ts';
import { insertRows } from '../../clickhouse/insert-rows.ts';
import { createModelReader } from '../../clickhouse/window-reader.ts';
import { readRow, sizeOfKey } from '../../clickhouse/window-row.ts';
import { openServingDatabase } from './database.ts';

const how = new URL('../../../docs/how-to/', import.meta.url);
const rowSchema = z.record(z.string(), z.unknown());
const dashboardSchema = z.object({
  templating: z.object({ list: z.array(z.object({ type: z.string(), query: z.string() })) }),
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ rawSql: z.string() })) })),
});
/** Rows of a question whose answer depends on the day of the test. */
const anyRows: unknown = expect.arrayContaining([expect.anything()]);
const dayMilliseconds = 86_400_000;

const page = await readFile(new URL('analyse-with-clickhouse.md', how), 'utf8');
const questions = [...page.matchAll(/\n([^\n]+)\n\n```sql\n(.*?)\n```/gs)].map(
  ([, title = '', sql = '']) => [title, sql] as const,
);
const dashboard = dashboardSchema.parse(
  JSON.parse(await readFile(new URL('monitoring/clickhouse-dashboard.json', how), 'utf8')),
);

/** The questions of analysts, asked of two customers: one with an hour yesterday, one with a minute ten days ago. */
describe('the examples for analysts', () => {
  let database: Awaited<ReturnType<typeof openServingDatabase>>;
  const ask = (sql: string) =>
    database.clickHouse.rows(sql.replaceAll('log_analytics.', `${database.tables.database}.`), rowSchema);

  beforeAll(async () => {
    database = await openServingDatabase();
    const { clickHouse, tables, model } = database;
    const store = new InMemoryObjectStore();
    const reader = createModelReader({ clickHouse, tables, model: () => model });
    const windows = windowsFixture(store, reader, async () => {});
    const yesterday = enclosingWindowStart(
      firstWindowStartFrom(new Date(Date.now() - dayMilliseconds)),
      'hour',
    );
    for (const [minute, requests] of [100, 20, 3].entries()) {
      const windowStart = firstWindowStartFrom(new Date(Date.parse(yesterday) + minute * 60_000));
      const requestsByStatus = { 200: requests - 1, 503: 1 };
      await windows.count({ customerId: customer('cus-axon'), windowStart, requestsByStatus });
    }
    const before = firstWindowStartFrom(new Date(Date.now() - 10 * dayMilliseconds));
    await windows.count({
      customerId: customer('cus-silent'),
      windowStart: before,
      requestsByStatus: { 200: 7 },
    });
    const keys = [];
    for await (const key of store.list(aggregatesPrefix)) keys.push(key);
    const rows = await Promise.all(keys.map((key) => readRow(key, sizeOfKey(key) ?? 'minute', 1n, store)));
    const refused = await insertRows(tables.windowsOf(model.id), rows, clickHouse);
    if (refused.length > 0) throw new Error('ClickHouse refuses the windows.');
  });
  afterAll(() => database.remove());

  const expected: Readonly<Record<string, unknown>> = {
    'Requests and share of errors per hour of one customer:': [
      expect.objectContaining({ requests: '123', error_share: 0.0244 }),
    ],
    'The largest customers, their share of all traffic, and what they had in the 30 days before:': [
      { customer_id: 'cus-axon', last_30_days: '123', days_before: '0', share: 0.9462 },
      { customer_id: 'cus-silent', last_30_days: '7', days_before: '0', share: 0.0538 },
    ],
    'Customers with the largest share of errors, among those with at least 100 requests:': [
      { customer_id: 'cus-axon', all_requests: '123', error_share: 0.0244 },
    ],
    'Customers who were active last week and are silent this week:': [
      expect.objectContaining({ customer_id: 'cus-silent' }),
    ],
    'The busiest minutes decide how much capacity a customer needs. Minutes without requests have no row, so the question adds them:':
      [{ customer_id: 'cus-axon', busiest: '100', p50_p95_p99: ['0', '0', '0'] }],
    "How late data arrives, in shares of each customer's requests:": [],
  };

  it('are on the page', () => {
    expect(questions.length).toBeGreaterThan(10);
  });

  it.each(questions)('%s', async (title, sql) => {
    expect(await ask(sql)).toEqual(expected[title] ?? anyRows);
  });

  it.each(
    dashboard.panels.flatMap(({ title, targets }) => targets.map(({ rawSql }) => [title, rawSql] as const)),
  )('the panel %s', async (_title, sql) => {
    const asked = sql
      .replaceAll(
        '$__timeFilter(window_start)',
        'window_start >= now() - INTERVAL 7 DAY AND window_start <= now()',
      )
      .replaceAll('${customer:singlequote}', "'cus-axon','cus-silent'");
    expect(asked).not.toContain('$');
    expect((await ask(asked)).length).toBeGreaterThan(0);
  });

  it('the choice of customers of the dashboard', async () => {
    const choice = dashboard.templating.list.find(({ type }) => type === 'query');
    expect(await ask(choice?.query ?? '')).toEqual([
      { customer_id: 'cus-axon' },
      { customer_id: 'cus-silent' },
    ]);
  });
});
