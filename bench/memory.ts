/**
 * The memory of the emulator while 64 clients send at once, and for how long its event loop is held up.
 *
 *     npm run bench:memory [-- seconds [clients]]
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { numbersOf } from './command-line.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { createHttpClient } from '../commands/pipeline-client/http-client.ts';
import { printTable } from './table.ts';

const help = 'npm run bench:memory [-- <seconds: 20> <clients: 64>]';
const [seconds = 20, clients = 64] = numbersOf(help, 20, 64);
const phases = 4;

const emulator = await startEmulator(pipeline);
const http = createHttpClient(emulator.baseUrl, clients);
const traffic = createSampleTraffic(1);
const bodies = Array.from({ length: 50 }, () =>
  JSON.stringify(traffic.entries(100, new Date('2025-12-28T18:03:00Z'), 4)),
);

/** Resident memory in MB; of other systems than Linux as the emulator itself says. */
async function residentMegabytes(): Promise<number> {
  if (process.platform !== 'linux') return (await metric('process_resident_memory_bytes')) / 1_048_576;
  const status = await readFile(`/proc/${emulator.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

/** The metric, or its sum over its labels. */
async function metric(name: string): Promise<number> {
  const { body } = await http.request('/metrics');
  const lines = body.toString().split('\n');
  return lines
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

try {
  const atRest = await residentMegabytes();
  const rows: string[][] = [];
  let answered = 0;
  let refused = 0;
  for (let phase = 0; phase < phases; phase++) {
    const end = performance.now() + (seconds * 1_000) / phases;
    const answeredBefore = answered;
    let peak = 0;
    const client = async (number: number) => {
      for (let request = 0; performance.now() < end; request++) {
        const body = bodies[(number + request) % bodies.length] ?? '[]';
        const headers = {
          'x-customer-id': `cus-${number % 8}`,
          'idempotency-key': `${phase}-${number}-${request}`,
          'content-type': 'application/json',
        };
        const { status } = await http.request('/logs', { method: 'POST', headers, body });
        if (status === 202) answered += 1;
        else refused += 1;
      }
    };
    const watch = async () => {
      while (performance.now() < end) {
        peak = Math.max(peak, await residentMegabytes());
        await sleep(100);
      }
    };
    await Promise.all([watch(), ...Array.from({ length: clients }, (_, number) => client(number))]);
    rows.push([
      `${((phase + 1) * seconds) / phases} s`,
      ((answered - answeredBefore) / (seconds / phases)).toFixed(0),
      peak.toFixed(0),
      ((await metric('nodejs_eventloop_lag_p99_seconds')) * 1_000).toFixed(0),
      String(await metric('log_analytics_stream_backlog_records')),
    ]);
  }
  printTable(
    `Memory: ${clients} clients at once, 100 entries a batch; ${atRest.toFixed(0)} MB at rest; ${refused} refused`,
    ['until', 'batches/s', 'MB resident, peak', 'event loop lag p99 ms', 'records waiting'],
    rows,
  );
} finally {
  http.close();
  await emulator.remove();
}
