/** The program of `npm run bench:cluster`: throughput, processor time and freshness of a cluster on this machine. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient, type HttpClient } from '../../client/http-client.ts';
import { programOptions } from '../../commands/program-options.ts';
import { value, wholeNumberOf } from '../../commands/define-command/options.ts';
import type { LocalCluster } from '../local/local-cluster.ts';
import { readTotal } from '../test/cluster/read-counts.ts';
import { startTestCluster } from '../test/cluster/use-cluster.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { measureNoOp, measureRequests } from './requests.ts';

const { port, processes, entries, probes } = programOptions({
  program: 'npm run bench:cluster --',
  summary:
    'Measures a cluster on this machine: throughput by size of batch, processor time by role, and freshness.',
  options: {
    port: value({
      shows: '<n>',
      help: 'the first of 60 ports that it uses',
      default: 18_400,
      read: wholeNumberOf(1_024, 65_000),
    }),
    processes: value({ shows: '<n>', help: 'processes of each role', default: 1, read: wholeNumberOf(1, 8) }),
    entries: value({
      shows: '<n>',
      help: 'entries for each size of batch, but at most 2,000 batches',
      default: 200_000,
      read: wholeNumberOf(1, 100_000_000),
    }),
    probes: value({
      shows: '<n>',
      help: 'batches whose freshness is measured',
      default: 50,
      read: wholeNumberOf(2, 10_000),
    }),
  },
});

const sizes = [20, 1_000, 10_000];
const maxBatches = 2_000;
const concurrency = 16;
const range = () => ({
  from: new Date(Date.now() - 3_600_000).toISOString().replace(/:\d\d\.\d+/, ':00'),
  to: new Date(Date.now() + 60_000).toISOString().replace(/:\d\d\.\d+/, ':00'),
});

function batchOf(size: number): string {
  const minute = Date.now() - 120_000;
  const lines = Array.from({ length: size }, (_, at) => {
    const receivedAt = new Date(minute + (at % 3) * 60_000).toISOString();
    return { receivedAt, method: 'GET', path: `/p/${at % 50}`, userAgent: 'curl/8.0', status: 200 };
  });
  return JSON.stringify(lines);
}

async function post(client: HttpClient, customerId: string, body: string): Promise<void> {
  const headers = {
    'x-customer-id': customerId,
    'idempotency-key': randomUUID(),
    'content-type': 'application/json',
  };
  for (;;) {
    const { status } = await client.request('/logs', { method: 'POST', headers, body });
    if (status === 202 || status === 409) return;
    if (status !== 503) throw new Error(`A batch was answered ${status}.`);
    await sleep(100);
  }
}

async function untilReadable(client: HttpClient, customerId: string, requests: number): Promise<void> {
  while ((await readTotal(client, customerId, range()))?.requests !== requests) await sleep(10);
}

/** Returns the processor time of each role so far. */
function cpuByRole(cluster: LocalCluster): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, pid } of cluster.processes) {
    const role = name.replace(/-\d+$/, '');
    sums.set(role, (sums.get(role) ?? 0) + cpuSeconds(pid));
  }
  return sums;
}

async function measureSize(
  cluster: LocalCluster,
  clients: readonly HttpClient[],
  size: number,
): Promise<void> {
  const batches = Math.min(maxBatches, Math.max(1, Math.round(entries / size)));
  const customerId = `bench-${size}-${randomUUID().slice(0, 8)}`;
  const body = batchOf(size);
  const cpuBefore = cpuByRole(cluster);
  const startedAt = performance.now();
  let left = batches;
  const send = async (place: number) => {
    while (left > 0) {
      left -= 1;
      const client = clients[place % clients.length];
      if (client !== undefined) await post(client, customerId, body);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, place) => send(place)));
  const sentSeconds = (performance.now() - startedAt) / 1_000;
  const [reader] = clients;
  if (reader === undefined) throw new Error('The cluster has no address.');
  await untilReadable(reader, customerId, batches * size);
  const seconds = (performance.now() - startedAt) / 1_000;
  const millions = (batches * size) / 1_000_000;
  const cpu = [...cpuByRole(cluster)].map(
    ([role, after]) => `${role} ${((after - (cpuBefore.get(role) ?? 0)) / millions).toFixed(1)}`,
  );
  const rate = (over: number) => Math.round((batches * size) / over).toLocaleString('en-US');
  console.log(
    `${size} a batch: ${rate(sentSeconds)} entries/s accepted, ${rate(seconds)} until readable; CPU seconds per million entries: ${cpu.join(', ')}`,
  );
}

async function measureFreshness(client: HttpClient): Promise<void> {
  const times: number[] = [];
  for (let probe = 0; probe < probes; probe += 1) {
    const customerId = `fresh-${randomUUID().slice(0, 8)}`;
    await post(client, customerId, batchOf(20));
    const acceptedAt = performance.now();
    await untilReadable(client, customerId, 20);
    times.push(performance.now() - acceptedAt);
  }
  times.sort((a, b) => a - b);
  const quantile = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))]?.toFixed(0);
  console.log(`from 202 to readable: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`);
}

const { cluster, remove } = await startTestCluster({
  firstPort: port,
  processes: { api: processes, summarizer: processes, aggregate: processes, verify: 1, 'roll-up': 1 },
  env: { LOG_LEVEL: 'warn' },
  onRestart: (name, how) => console.log(`${name} died (${how})`),
});
const clients = cluster.urls.map((url) => createHttpClient(url, concurrency));
try {
  for (const size of sizes) await measureSize(cluster, clients, size);
  const [client] = clients;
  const [url] = cluster.urls;
  if (client !== undefined) await measureFreshness(client);
  if (url !== undefined) {
    const api = await measureRequests(url, cluster.of('api')[0]?.pid, 20_000);
    const noOp = await measureNoOp(port + 5, 20_000);
    for (const [name, { perSecond, cpuMilliseconds }] of Object.entries({ api, 'no-op': noOp })) {
      console.log(
        `GET /health, ${name}: ${Math.round(perSecond)} requests/s, ${cpuMilliseconds.toFixed(3)} ms CPU each`,
      );
    }
  }
} finally {
  for (const client of clients) client.close();
  await remove();
}
