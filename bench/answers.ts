import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { anyText, value } from '../commands/define-command/options.ts';
import { programOptions } from '../commands/program-options.ts';
import type * as customers from '../handlers/customers.ts';
import type { HttpHandler } from '../handlers/http/http.ts';
import type * as query from '../handlers/query.ts';
import type * as total from '../handlers/total.ts';
import type * as wiring from '../handlers/wiring.ts';
import { indexCustomers } from '../lib/pipeline/customer-index/index-customers.ts';
import { httpEvent } from '../test/handlers/app.ts';
import {
  firstDay,
  storeCustomers,
  storeDays,
  storeDaysOfHours,
  storeMinutes,
} from './answers/stored-windows.ts';
import { count } from './option-kinds.ts';
import { median } from './statistics.ts';
import { printTable, type Row } from './table.ts';
import { openTemporaryApp } from './temporary-app.ts';

const { rounds, against } = programOptions({
  program: 'npm run bench:answers --',
  summary:
    'Measures the answers that people wait for, through the functions on the real local store, in this process. Given ' +
    'another checkout, its functions answer the same requests from the same store in turns, and each body must be equal.',
  options: {
    rounds: count('rounds', 30),
    against: value({ shows: '<directory>', help: 'another checkout, with its node_modules', read: anyText }),
  },
});
const warmUps = 3;
/** Slow requests run in fewer rounds. */
const [leastRounds, maxSeconds] = [3, 20];
const paged = { limit: '1000' };
const localYear = {
  window: 'day',
  tz: 'Europe/Berlin',
  from: firstDay,
  to: '2026-01-01T00:00:00Z',
  ...paged,
};

/** The requests that are measured. */
const requests: readonly {
  name: string;
  aim: number;
  path: string;
  customer: string;
  query: Record<string, string>;
}[] = [
  {
    name: 'an hour of minutes, 500 paths each',
    aim: 10,
    path: '/aggregates',
    customer: 'hour',
    query: { window: 'minute', from: firstDay, to: '2025-01-01T01:00:00Z' },
  },
  {
    name: 'a year of days, 300 paths each',
    aim: 100,
    path: '/aggregates',
    customer: 'year',
    query: { window: 'day', from: firstDay, to: '2026-01-01T00:00:00Z', ...paged },
  },
  {
    name: 'a year of local days, of 24 hours with 500 paths each',
    aim: 100,
    path: '/aggregates',
    customer: 'local',
    query: { ...localYear, top: '20' },
  },
  {
    name: 'the same, by status and class of agent alone',
    aim: 100,
    path: '/aggregates',
    customer: 'local',
    query: { ...localYear, dimensions: 'status,agentClass' },
  },
  {
    name: 'the course of one path over it',
    aim: 100,
    path: '/aggregates',
    customer: 'local',
    query: { ...localYear, path: 'GET /shop/articles?id=7' },
  },
  {
    name: 'the total of 18 full minutes',
    aim: 50,
    path: '/aggregates/total',
    customer: 'full',
    query: { from: firstDay, to: '2025-01-01T00:18:00Z' },
  },
  { name: 'a page of 1,000 of 5,000 customers', aim: 30, path: '/customers', customer: 'hour', query: paged },
  {
    name: 'the same by requests, over 31 of 90 days each',
    aim: 30,
    path: '/customers',
    customer: 'hour',
    query: { ...paged, from: '2025-02-01T00:00:00Z', to: '2025-03-04T00:00:00Z', sort: 'requests' },
  },
];

type Answer = (request: (typeof requests)[number]) => Promise<APIGatewayProxyStructuredResultV2>;

const temporary = await openTemporaryApp();
try {
  const { store } = temporary.app;
  await storeMinutes('hour', 60, { paths: 500, agents: 20, statuses: 5 }, store);
  await storeDays('year', 365, { paths: 300, agents: 20, statuses: 5 }, store);
  await storeDaysOfHours('local', 365, { paths: 500, agents: 20, statuses: 5 }, store);
  await storeMinutes('full', 18, { paths: 10_000, agents: 10_000, statuses: 500 }, store);
  await storeCustomers(5_000, 90, store);
  await indexCustomers(temporary.app, { settleSeconds: 0, maxSeconds: 60 });

  const versions = [{ name: 'now', answer: await answersOf(resolve(import.meta.dirname, '..')) }];
  if (against !== undefined) versions.unshift({ name: 'before', answer: await answersOf(against) });

  const rows: Row[] = [];
  for (const request of requests) {
    const wall = new Map<string, number[]>();
    const processor = new Map<string, number[]>();
    const first = new Map<string, number>();
    let body: string | undefined;
    const until = performance.now() + maxSeconds * 1_000;
    for (let round = -warmUps; round < rounds; round++) {
      if (round >= leastRounds && performance.now() > until) break;
      for (const { name, answer } of versions) {
        const [began, usedBefore] = [performance.now(), process.cpuUsage()];
        const answered = await answer(request);
        const used = process.cpuUsage(usedBefore);
        const took = performance.now() - began;
        if (answered.statusCode !== 200) throw new Error(`${request.path} answered ${answered.body}`);
        // Fields that change between two answers are removed.
        const said = `${answered.headers?.etag} ${answered.body?.replace(/"countedThrough":"[^"]*"/, '')}`;
        if (body !== undefined && body !== said)
          throw new Error(`${request.path} differs between the versions.`);
        body = said;
        if (!first.has(name)) first.set(name, took);
        if (round < 0) continue;
        wall.set(name, [...(wall.get(name) ?? []), took]);
        processor.set(name, [...(processor.get(name) ?? []), (used.user + used.system) / 1_000]);
      }
    }
    for (const { name } of versions) {
      const [ms, cpu] = [wall, processor].map((times) => median(times.get(name) ?? []).toFixed(1));
      rows.push([
        request.name,
        name,
        ms ?? '',
        cpu ?? '',
        request.aim,
        (first.get(name) ?? 0).toFixed(0),
        ((body?.length ?? 0) / 1_000).toFixed(0),
      ]);
    }
  }
  printTable(
    `Answers: median of ${rounds}`,
    ['', 'version', 'ms', 'ms of processor', 'aim', 'first ms', 'kB'],
    rows,
  );
} finally {
  await temporary.remove();
}

/** Returns the functions of a checkout, on this run's store. */
async function answersOf(checkout: string): Promise<Answer> {
  const load = async (path: string): Promise<unknown> => import(pathToFileURL(resolve(checkout, path)).href);
  // Another checkout is of an earlier version of this one, with the same functions.
  const { createApp } = (await load('handlers/wiring.ts')) as typeof wiring;
  const { queryHandler } = (await load('handlers/query.ts')) as typeof query;
  const { totalHandler } = (await load('handlers/total.ts')) as typeof total;
  const { customersHandler } = (await load('handlers/customers.ts')) as typeof customers;
  const app = createApp(temporary.parts);
  const wired = async () => app;
  const handlers: Readonly<Record<string, HttpHandler>> = {
    '/aggregates': queryHandler(wired),
    '/aggregates/total': totalHandler(wired),
    '/customers': customersHandler(wired),
  };
  return async ({ path, customer, query }) => {
    const handler = handlers[path];
    if (handler === undefined) throw new Error(`No function answers ${path}.`);
    return handler(httpEvent('GET', path, { headers: { 'x-customer-id': customer }, query }));
  };
}
