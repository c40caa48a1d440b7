/** The program of `npm run bench:engines`: the event source and Flink, on a hot customer and on many small ones. */
import { setTimeout as sleep } from 'node:timers/promises';
import { printTable, type Row } from '../../bench/table.ts';
import { createHttpClient, type HttpClient } from '../../client/http-client.ts';
import { programOptions } from '../../commands/program-options.ts';
import { value, wholeNumberOf } from '../../commands/define-command/options.ts';
import type { LocalCluster } from '../local/local-cluster.ts';
import { startTestCluster } from '../test/cluster/use-cluster.ts';
import { batchOf, post, untilReadable } from './batches.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { measureFreshness } from './measure-freshness.ts';

const { port, seconds, rate, probes } = programOptions({
  program: 'npm run bench:engines --',
  summary:
    'Compares the event source and Flink: writes per window, processor time and latency, for a hot customer and for many small ones.',
  options: {
    port: value({
      shows: '<n>',
      help: 'the first of 60 ports that it uses',
      default: 18_500,
      read: wholeNumberOf(1_024, 65_000),
    }),
    seconds: value({
      shows: '<n>',
      help: 'how long batches are sent',
      default: 20,
      read: wholeNumberOf(1, 3_600),
    }),
    rate: value({
      shows: '<n>',
      help: 'batches of 20 entries a second',
      default: 50,
      read: wholeNumberOf(1, 10_000),
    }),
    probes: value({
      shows: '<n>',
      help: 'batches whose latency is measured afterwards',
      default: 20,
      read: wholeNumberOf(2, 10_000),
    }),
  },
});

const entries = 20;
const workloads = [
  ['one hot customer', 1],
  ['500 small customers', 500],
] as const;
const rows: Row[] = [];

for (const engine of ['event-source', 'flink'] as const) {
  const { cluster, remove } = await startTestCluster({
    firstPort: port,
    hasFlink: engine === 'flink',
    processes: { api: 1, summarizer: 1, aggregate: 1, verify: 1, 'roll-up': 1 },
    env: { LOG_LEVEL: 'warn' },
    onRestart: (name, how) => console.log(`${name} died (${how})`),
  });
  const [url] = cluster.urls;
  if (url === undefined) throw new Error('The cluster has no address.');
  const client = createHttpClient(url, 32);
  try {
    for (const [name, customers] of workloads) {
      const before = await figuresOf(cluster);
      await sendEvenly(client, customers);
      const after = await figuresOf(cluster);
      const { p50Milliseconds, p99Milliseconds } = await measureFreshness(client, probes);
      const [partials, writes] = [after.partials - before.partials, after.writes - before.writes];
      rows.push([
        `${name}, ${engine}`,
        partials,
        writes,
        (writes / partials).toFixed(2),
        (after.aggregateSeconds - before.aggregateSeconds).toFixed(1),
        (after.flinkSeconds - before.flinkSeconds).toFixed(1),
        Math.round(p50Milliseconds),
        Math.round(p99Milliseconds),
      ]);
    }
  } finally {
    client.close();
    await remove();
  }
}

printTable(
  `Partials of ${seconds} s, ${rate} batches of ${entries} entries a second`,
  [
    'workload, engine',
    'partials',
    'window writes',
    'writes a partial',
    'CPU s `aggregate`',
    'CPU s Flink',
    'p50 ms',
    'p99 ms',
  ],
  rows,
);

/** Sends batches at the rate, and resolves when all of them are counted. */
async function sendEvenly(client: HttpClient, customers: number): Promise<void> {
  const run = Date.now().toString(36);
  const body = batchOf(entries);
  const sent = new Map<string, number>();
  const sending: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let batch = 0; batch < rate * seconds; batch += 1) {
    const customerId = `bench-${run}-${batch % customers}`;
    sent.set(customerId, (sent.get(customerId) ?? 0) + entries);
    sending.push(post(client, customerId, body));
    await sleep(Math.max(0, startedAt + ((batch + 1) * 1_000) / rate - performance.now()));
  }
  await Promise.all(sending);
  for (const [customerId, requests] of sent) await untilReadable(client, customerId, requests);
}

async function figuresOf(cluster: LocalCluster) {
  const [aggregate] = cluster.of('aggregate');
  if (aggregate === undefined) throw new Error('There is no process of aggregate.');
  const text = await (await fetch(`${aggregate.adminUrl}/metrics`)).text();
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^log_analytics_${name}(?:\\{.*\\})? (\\d+)$`, 'gm'))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  const flink = cluster.hasFlink ? cluster.flinkJob.flink : undefined;
  return {
    partials: sum('partials_consumed_total'),
    writes: sum('windows_created_total') + sum('windows_updated_total'),
    aggregateSeconds: cpuSeconds(aggregate.pid),
    flinkSeconds: cpuSeconds(flink?.jobManager.pid) + cpuSeconds(flink?.taskManager.pid),
  };
}
