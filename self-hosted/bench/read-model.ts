/** The program of `npm run bench:read-model`: the API's questions of ranges, answered from the store and from ClickHouse. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pMap from 'p-map';
import * as z from 'zod';
import { printTable, type Row } from '../../bench/table.ts';
import { programOptions } from '../../commands/program-options.ts';
import { value, wholeNumberOf } from '../../commands/define-command/options.ts';
import { parseCustomerId } from '../../lib/domain/customer-id.ts';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import { windowKey } from '../../lib/domain/keys.ts';
import { windowSizes, windowStartOf, type WindowSize } from '../../lib/domain/window.ts';
import { createObjectWindowReader } from '../../lib/pipeline/query/object-window-reader.ts';
import { total } from '../../lib/pipeline/query/total.ts';
import type { CountingProgress } from '../../lib/ports/counting-progress.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { WindowReader } from '../../lib/ports/window-reader.ts';
import { openClickHouse } from '../clickhouse/client.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { beginModel, readModels } from '../clickhouse/models.ts';
import { tablesIn } from '../clickhouse/tables.ts';
import { createModelReader } from '../clickhouse/window-reader.ts';
import { parseClusterConfig } from '../config.ts';
import { prepareBucket } from '../local/prepare.ts';
import { startClickHouse } from '../local-services/start-clickhouse.ts';
import { startVersitygw } from '../local-services/start-versitygw.ts';
import { openStore } from '../open-store.ts';

const { windows: wanted, port } = programOptions({
  program: 'npm run bench:read-model --',
  summary: 'Measures the questions of ranges, from the store and from ClickHouse with many windows.',
  options: {
    windows: value({
      shows: '<n>',
      help: 'minutes in ClickHouse, of customers with two weeks each',
      default: 10_080_000,
      read: wholeNumberOf(40_320, 1_000_000_000),
    }),
    port: value({
      shows: '<n>',
      help: 'the first of two ports that it uses',
      default: 18_470,
      read: wholeNumberOf(1_024, 65_000),
    }),
  },
});

const minutesEach = 14 * 1_440;
const customers = Math.floor(wanted / minutesEach);
const rounds = 7;
const from = Date.parse('2025-06-01T00:00:00Z') / 60_000;
const minutesOf: Readonly<Record<WindowSize, number>> = { minute: 1, hour: 60, day: 1_440 };
const atOnce = 16;

/** Counts of every window: eight paths, three agents, two statuses. */
const counts = {
  requestsByPath: Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`GET /path/number/${at}`, 10])),
  requestsByUserAgent: { Chrome: 60, Firefox: 15, Safari: 5 },
  requestsByStatus: { 200: 78, 503: 2 },
};
const countsJson = JSON.stringify(counts).slice(1, -1);

function documentOf(customerId: string, size: WindowSize, start: string): string {
  const batches = size === 'minute' ? '"batches":1,' : '';
  const end = size === 'minute' ? ',\n"partialIds":"' : '}\n';
  return `{"formatVersion":1,"windowSize":"${size}","customerId":"${customerId}","windowStart":"${start}","requests":80,${batches}"revision":1,"lateRequests":0,"updatedAt":"2025-07-01T00:00:00.000Z",${countsJson}${end}`;
}

const at = (minute: number) => windowStartOf(minute as EpochMinute);
const customer = found(parseCustomerId('cus-1'));
const directory = await mkdtemp(join(tmpdir(), 'bench-read-model-'));
const server = await startClickHouse({ directory, port });
const s3 = await startVersitygw({ directory, port: port + 1 });
const clickHouse = openClickHouse({
  url: server.url,
  username: 'default',
  password: '',
  database: 'bench',
  caFile: undefined,
  sweepMilliseconds: undefined,
});
const config = parseClusterConfig({
  S3_ENDPOINT: s3.endpoint,
  S3_REGION: s3.region,
  S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
  S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
});
const { store, versions, close } = openStore(config);
try {
  const tables = tablesIn('bench');
  await migrate(clickHouse, tables);
  await beginModel(1, { id: 'bench', starts: new Map(), ends: new Map([[0, 0n]]) }, clickHouse, tables);
  const [model] = await readModels(clickHouse, tables);
  const begunAt = performance.now();
  for (const size of windowSizes) await fill(size, tables.windowsOf(1));
  const [{ rows, bytes } = { rows: 0, bytes: 0 }] = await clickHouse.rows(
    `SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE database = 'bench' AND active AND table = 'windows_1'`,
    z.object({ rows: z.coerce.number(), bytes: z.coerce.number() }),
  );
  const seconds = Math.round((performance.now() - begunAt) / 1_000);
  console.log(
    `${rows} windows in ClickHouse, ${Math.round(bytes / 2 ** 20)} MiB, generated in ${seconds} s.`,
  );

  await prepareBucket(config);
  await fillStore();
  let requests = 0;
  const counting: Pick<ObjectStore, 'get' | 'list'> = {
    get: (...args) => {
      requests += 1;
      return store.get(...args);
    },
    list: (...args) => {
      requests += 1;
      return store.list(...args);
    },
  };
  const readers: Readonly<Record<'store' | 'clickHouse', WindowReader>> = {
    store: createObjectWindowReader(counting, versions),
    clickHouse: createModelReader({ clickHouse, tables, model: () => found(model) }),
  };
  const questions: Readonly<Record<string, (reader: WindowReader) => Promise<number>>> = {
    'an hour in minutes': (reader) => windowsIn(reader, 'minute', 60),
    'a day in minutes': (reader) => windowsIn(reader, 'minute', 1_440),
    'two weeks in hours': (reader) => windowsIn(reader, 'hour', 14 * 1_440),
    'total of two weeks': (reader) => totalOf(reader, 0, 14 * 1_440),
    'total of ten days and some minutes': (reader) => totalOf(reader, -50, 10 * 1_440 + 77),
  };
  const table: Row[] = [];
  for (const [name, ask] of Object.entries(questions)) {
    requests = 0;
    const answers = [await ask(readers.store), await ask(readers.clickHouse)];
    if (answers[0] !== answers[1]) throw new Error(`${name}: the answers differ (${answers.join(', ')}).`);
    const asked = requests;
    const times: Record<'store' | 'clickHouse', number[]> = { store: [], clickHouse: [] };
    // In turns, because other work on the machine comes and goes.
    for (let round = 0; round < rounds; round += 1) {
      for (const side of ['store', 'clickHouse'] as const) {
        const askedAt = performance.now();
        await ask(readers[side]);
        times[side].push(performance.now() - askedAt);
      }
    }
    table.push([name, asked, median(times.store), median(times.clickHouse)]);
  }
  const ranking: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const askedAt = performance.now();
    await readers.clickHouse.customerTotals({
      from: at(from),
      to: at(from + 14 * 1_440),
      sort: 'requests',
      customerId: undefined,
      after: undefined,
      limit: 100,
    });
    ranking.push(performance.now() - askedAt);
  }
  table.push(['largest customers of two weeks', '', '', median(ranking)]);
  printTable(
    'Questions of ranges',
    ['question', 'requests to the store', 'from the store, ms', 'from ClickHouse, ms'],
    table,
  );
} finally {
  close();
  await clickHouse.close();
  await Promise.all([server.stop(), s3.stop()]);
  await rm(directory, { recursive: true, force: true });
}

/** Generates the windows of one size in the engine. */
async function fill(size: WindowSize, table: string): Promise<void> {
  const each = Math.floor(minutesEach / minutesOf[size]);
  const [before = '', middle = '', after = ''] = documentOf('CUSTOMER', size, 'START').split(
    /CUSTOMER|START/,
  );
  const maps = Object.entries(counts).map(([, byKey]) => {
    const pairs = Object.entries(byKey).flatMap(([key, n]) => [`'${key}'`, n]);
    return `map(${pairs.join(', ')})`;
  });
  const step = 250_000;
  for (let first = 0; first < customers * each; first += step) {
    await clickHouse.run(
      `INSERT INTO ${table} (size, customer_segment, customer_id, start_minute, requests, errors, batches, revision,
         updated_at, ${Object.keys(counts).join(', ')}, document, etag, version)
       SELECT {size:String}, concat('cus-', toString(intDiv(number, {each:UInt64}))) AS customer, customer,
         {from:UInt32} + (number % {each:UInt64}) * {minutes:UInt32} AS start, 80, 2, 1, 1, now64(3), ${maps.join(', ')},
         concat({before:String}, customer, {middle:String},
           formatDateTime(toDateTime(start * 60, 'UTC'), '%Y-%m-%dT%H:%i:%SZ'), unhex({after:String})),
         hex(sipHash128(number)), 1
       FROM numbers({first:UInt64}, {count:UInt64})`,
      {
        size,
        each,
        from,
        minutes: minutesOf[size],
        before,
        middle,
        after: Buffer.from(after).toString('hex'),
        first,
        count: Math.min(step, customers * each - first),
      },
    );
  }
}

/** Writes the same windows of one customer: what the questions read. */
async function fillStore(): Promise<void> {
  const starts = windowSizes.flatMap((size) => {
    const each = size === 'minute' ? 1_440 : (14 * 1_440) / minutesOf[size];
    const some = Array.from({ length: each }, (_, place) => from + place * minutesOf[size]);
    const odd = Array.from({ length: 120 }, (_, place) => from + 10 * 1_440 + place);
    return (size === 'minute' ? [...some, ...odd] : some).map((minute) => ({ size, start: at(minute) }));
  });
  await pMap(
    starts,
    ({ size, start }) => {
      const end = size === 'minute' ? '"}\n' : '';
      const body = Buffer.from(documentOf(customer, size, start) + end);
      return store.put(windowKey(customer, size, start), body, { ifNoneMatch: '*' });
    },
    { concurrency: atOnce },
  );
}

async function windowsIn(reader: WindowReader, windowSize: WindowSize, minutes: number): Promise<number> {
  let requests = 0;
  const range = { customerId: customer, windowSize, from: at(from), to: at(from + minutes) };
  for await (const window of reader.windows(range, atOnce)) requests += window.requests;
  return requests;
}

async function totalOf(reader: WindowReader, before: number, minutes: number): Promise<number> {
  const unknown = { through: undefined, entries: undefined, waitsWithin: () => true };
  const progress: CountingProgress = { of: async () => ({ minutes: unknown, rollUps: unknown }) };
  const query = {
    customerId: customer,
    from: at(from + before),
    to: at(from + minutes),
    top: 10,
    pathPrefix: undefined,
    allowedLatenessSeconds: 600,
  };
  const clock = { now: () => new Date() };
  return (await total(query, { reader, clock, progress })).requests;
}

function median(times: readonly number[]): string {
  return (times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0).toFixed(1);
}

function found<T>(given: T | undefined): T {
  if (given === undefined) throw new Error('It is missing.');
  return given;
}
