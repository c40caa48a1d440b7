/** The program of `npm run bench:cluster`: throughput, processor time and freshness of a cluster on this machine. */
import { pipeline, startEmulator } from '../../bench/emulator.ts';
import { printTable, type Row } from '../../bench/table.ts';
import { createHttpClient } from '../../client/http-client.ts';
import { programOptions } from '../../commands/program-options.ts';
import { value, wholeNumberOf } from '../../commands/define-command/options.ts';
import { roleNames } from '../roles/role-names.ts';
import { startTestCluster } from '../test/cluster/use-cluster.ts';
import { measureFreshness } from './measure-freshness.ts';
import { connections, measureSize } from './measure-size.ts';
import { measureNoOp, measureRequests, type RequestFigures } from './requests.ts';

const { port, processes, entries, probes, requests } = programOptions({
  program: 'npm run bench:cluster --',
  summary:
    'Measures a cluster on this machine: throughput by size of batch, processor time by role, freshness, and requests beside a server that does nothing and the emulator.',
  options: {
    port: value({
      shows: '<n>',
      help: 'the first of 60 ports that it uses',
      default: 18_400,
      read: wholeNumberOf(1_024, 65_000),
    }),
    processes: value({
      shows: '<n>',
      help: 'highest number of processes per role; it measures from 1 up to it',
      default: 2,
      read: wholeNumberOf(1, 8),
    }),
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
    requests: value({
      shows: '<n>',
      help: 'requests to each server',
      default: 20_000,
      read: wholeNumberOf(1, 10_000_000),
    }),
  },
});

const sizes = [20, 1_000, 10_000];
/** Servers are measured in turns, because other work on the machine comes and goes. */
const rounds = 3;
const throughput: Row[] = [];
const freshness: Row[] = [];
const servers = new Map<string, RequestFigures[]>();
const whole = (figure: number) => Math.round(figure).toLocaleString('en-US');

for (let count = 1; count <= processes; count += 1) {
  const { cluster, remove } = await startTestCluster({
    firstPort: port,
    processes: { api: count, summarizer: count, aggregate: count, verify: count, 'roll-up': count },
    env: { LOG_LEVEL: 'warn' },
    onRestart: (name, how) => console.log(`${name} died (${how})`),
  });
  const clients = cluster.urls.map((url) => createHttpClient(url, connections));
  try {
    const [client] = clients;
    const [url] = cluster.urls;
    if (client === undefined || url === undefined) throw new Error('The cluster has no address.');
    for (const size of sizes) {
      const { acceptedPerSecond, readablePerSecond, cpuSeconds } = await measureSize(
        cluster,
        clients,
        size,
        entries,
      );
      const cpu = roleNames.map((role) => (cpuSeconds.get(role) ?? 0).toFixed(1));
      throughput.push([count, whole(size), whole(acceptedPerSecond), whole(readablePerSecond), ...cpu]);
    }
    const { p50Milliseconds, p99Milliseconds } = await measureFreshness(client, probes);
    freshness.push([count, whole(p50Milliseconds), whole(p99Milliseconds)]);
    if (count === processes) await measureServers(url, cluster.of('api')[0]?.pid);
  } finally {
    for (const client of clients) client.close();
    await remove();
  }
}

async function measureServers(url: URL, pid: number | undefined): Promise<void> {
  const emulator = await startEmulator(pipeline);
  try {
    for (let round = 0; round < rounds; round += 1) {
      note('`api`', await measureRequests(url, pid, requests));
      note('no-op', await measureNoOp(port + 5, requests));
      note('emulator', await measureRequests(emulator.baseUrl, emulator.pid, requests));
    }
  } finally {
    await emulator.remove();
  }
}

function note(server: string, figures: RequestFigures): void {
  servers.set(server, [...(servers.get(server) ?? []), figures]);
}

function medianOf(figures: readonly RequestFigures[], field: keyof RequestFigures): number {
  const sorted = figures.map((each) => each[field]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

printTable(
  'Entries a second, and CPU seconds per million entries by role',
  ['processes per role', 'entries a batch', 'accepted/s', 'until readable/s', ...roleNames],
  throughput,
);
printTable(
  'From the 202 until a batch of 20 entries can be read',
  ['processes per role', 'p50 ms', 'p99 ms'],
  freshness,
);
printTable(
  `GET /health, median of ${rounds} rounds`,
  ['server', 'requests/s', 'CPU ms a request'],
  [...servers].map(([server, figures]) => [
    server,
    whole(medianOf(figures, 'perSecond')),
    medianOf(figures, 'cpuMilliseconds').toFixed(4),
  ]),
);
