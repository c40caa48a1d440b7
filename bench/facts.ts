import { gzipSync } from 'node:zlib';
import { programOptions } from '../commands/program-options.ts';
import { ingestHandler } from '../handlers/ingest.ts';
import { minuteKey } from '../lib/domain/keys.ts';
import { encodeRolledUp } from '../lib/domain/roll-up-format.ts';
import { rollUp } from '../lib/domain/roll-up.ts';
import { addToSum, emptySum, foldSum } from '../lib/domain/window-sum.ts';
import { decodeWindow } from '../lib/domain/window-format.ts';
import { customer, foldingLimits, windowStart } from '../test/factories.ts';
import { postLogs } from '../test/handlers/app.ts';
import { count } from './option-kinds.ts';
import { createSampleFacts } from './sample-facts.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { median } from './statistics.ts';
import { countStored } from './stored-batches.ts';
import { printTable } from './table.ts';
import { openTemporaryApp, type TemporaryApp } from './temporary-app.ts';

const { entries, hours } = programOptions({
  program: 'npm run bench:facts --',
  summary:
    'Measures what the optional facts cost: processor time to ingest a batch of each minute of an hour, and the sizes of ' +
    'the windows, of the same entries without facts, with size and duration, and with all facts.',
  options: {
    entries: count('entries in a batch', 1_000),
    hours: count('hours sent, in turns', 10),
  },
});

type SentEntry = Readonly<Record<string, unknown>>;

const minutesInHour = 60;
const visitorsSecret = 'a secret of this benchmark, of no other use';
const arms = {
  'no facts': (entry: SentEntry) => entry,
  'size and duration': (entry: SentEntry, { bytes, durationMs }: SentEntry) => ({
    ...entry,
    bytes,
    durationMs,
  }),
  'all facts': (entry: SentEntry, facts: SentEntry) => ({ ...entry, ...facts }),
  // The same bytes, as a version without facts would read them: as unknown fields.
  'ignored facts': (entry: SentEntry, facts: SentEntry) => ({ ...entry, ...renamed(facts) }),
} as const;
type Arm = keyof typeof arms;
const armNames: readonly Arm[] = ['no facts', 'size and duration', 'all facts', 'ignored facts'];

/** Gives facts names of the same lengths that have no meaning. */
function renamed(facts: SentEntry): SentEntry {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [`${name.slice(0, -1)}_`, fact]));
}

function perArm<T>(): Record<Arm, T[]> {
  return { 'no facts': [], 'size and duration': [], 'all facts': [], 'ignored facts': [] };
}

/** Creates the bodies of an hour, one of each minute, for each arm from the same entries. */
function bodiesOf(hour: number): Record<Arm, Buffer[]> {
  const traffic = createSampleTraffic(hour + 1);
  const factsOf = createSampleFacts(hour + 1);
  const bodies = perArm<Buffer>();
  for (let minute = 0; minute < minutesInHour; minute++) {
    const sent = traffic
      .entries(entries, new Date(Date.UTC(2025, 11, 28, hour, minute)), 1)
      .map((entry) => ({ entry: { ...entry }, facts: { ...factsOf(entry.path, entry.userAgent) } }));
    for (const arm of armNames) {
      bodies[arm].push(Buffer.from(JSON.stringify(sent.map(({ entry, facts }) => arms[arm](entry, facts)))));
    }
  }
  return bodies;
}

/** Ingests bodies and returns the processor time of all threads in µs per entry. */
async function ingest(
  { app }: TemporaryApp,
  arm: Arm,
  hour: number,
  bodies: readonly Buffer[],
): Promise<number> {
  const handle = ingestHandler(async () => app);
  const before = process.cpuUsage();
  for (const [minute, body] of bodies.entries()) {
    const headers = { 'x-customer-id': customerOf(arm), 'idempotency-key': `${hour}-${minute}` };
    const { statusCode } = await handle(postLogs(body, headers));
    if (statusCode !== 202) throw new Error(`A batch was answered with ${statusCode}.`);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (bodies.length * entries);
}

function customerOf(arm: Arm): string {
  return arm.replaceAll(' ', '-');
}

/** Sizes of what the first hour became, in bytes. */
interface Sizes {
  readonly body: number;
  readonly minutes: number;
  readonly hour: number;
}

async function sizesOf({ parts }: TemporaryApp, arm: Arm, bodies: readonly Buffer[]): Promise<Sizes> {
  const customerId = customer(customerOf(arm));
  const sum = emptySum();
  let minutes = 0;
  for (let minute = 0; minute < minutesInHour; minute++) {
    const start = windowStart(`2025-12-28T00:${String(minute).padStart(2, '0')}:00Z`);
    const object = await parts.store.get(minuteKey(customerId, start));
    if (object === undefined) throw new Error(`The minute ${start} is missing.`);
    minutes += object.body.length;
    addToSum(sum, decodeWindow(object.body));
  }
  const window = {
    customerId,
    windowSize: 'hour',
    windowStart: windowStart('2025-12-28T00:00:00Z'),
  } as const;
  const hour = encodeRolledUp(rollUp(undefined, window, foldSum(sum, foldingLimits), new Date()));
  const body = bodies.reduce((total, each) => total + gzipSync(each, { level: 1 }).length, 0);
  return { body, minutes, hour: hour.length };
}

const temporary = await openTemporaryApp({ VISITORS_SECRET: visitorsSecret });
try {
  const costs = perArm<number>();
  for (let hour = 0; hour < hours; hour++) {
    const bodies = bodiesOf(hour);
    for (const arm of armNames) {
      const cost = await ingest(temporary, arm, hour, bodies[arm]);
      if (hour > 0 || hours === 1) costs[arm].push(cost); // the first hour warms up
    }
    await countStored(temporary);
  }
  const sizes = new Map<Arm, Sizes>();
  const first = bodiesOf(0);
  for (const arm of armNames) sizes.set(arm, await sizesOf(temporary, arm, first[arm]));
  const without = sizes.get('no facts');
  const rows = armNames.map((arm) => {
    const size = sizes.get(arm);
    const ratios = costs[arm].map((cost, n) => cost / (costs['no facts'][n] ?? Number.NaN));
    const bytes = (kind: keyof Sizes) =>
      `${((size?.[kind] ?? 0) / 1_024).toFixed(0)} (${((size?.[kind] ?? 0) / (without?.[kind] ?? 1)).toFixed(2)})`;
    return [
      arm,
      median(costs[arm]).toFixed(2),
      median(ratios).toFixed(2),
      bytes('body'),
      bytes('minutes'),
      bytes('hour'),
    ];
  });
  printTable(
    `Facts: ${hours} hours of ${minutesInHour} batches of ${entries} entries; sizes of one hour in KiB (× without facts)`,
    ['', 'ingest, µs of CPU per entry', '× without', 'bodies, compressed', 'minutes', 'hour'],
    rows,
  );
} finally {
  await temporary.remove();
}
