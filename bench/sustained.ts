import { setTimeout as sleep } from 'node:timers/promises';
import { value, wholeNumberOf } from '../commands/define-command/options.ts';
import { programOptions } from '../commands/program-options.ts';
import { spawnCommand } from '../test/spawn-command.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { createHttpClient, type HttpClient } from '../client/http-client.ts';
import { numberOf } from './option-kinds.ts';
import { median } from './statistics.ts';
import { growthOf } from './sustained/growth.ts';
import { takeSample, type Sample } from './sustained/sample.ts';
import { printTable } from './table.ts';

const quarters = 4;
const customers = 8;
const entriesPerBatch = 100;
const bodiesPerMinute = 50;
const sampleEveryMilliseconds = 1_000;
const rolledUpWithinMilliseconds = 30_000;
/** Shorter quarters differ by chance. */
const judgedFromMilliseconds = 60_000;

const { minutes, clients } = programOptions({
  program: 'npm run bench:sustained --',
  summary:
    'Measures the emulator while many clients send at once: memory, open files, and the time for which its event loop is ' +
    'blocked must stay stable. Afterwards everything is audited.',
  options: {
    minutes: value({
      shows: '<n>',
      help: 'duration, 0.1-1440',
      default: 5,
      read: numberOf(0.1, 1_440),
    }),
    clients: value({ shows: '<n>', help: 'clients, 1-512', default: 64, read: wholeNumberOf(1, 512) }),
  },
  exitCodes: {
    0: 'the audit found no difference and, from four minutes on, nothing grew from the second quarter of the time to the last',
    1: 'the audit found a difference, or something grew',
    2: 'wrong options',
  },
});
const quarterMilliseconds = (minutes * 60_000) / quarters;
const traffic = createSampleTraffic(1);
/** Answers so far. */
const answers = { accepted: 0, refused: 0 };
let bodies: { readonly minute: number; readonly texts: readonly string[] } | undefined;

const emulator = await startEmulator(pipeline);
const http = createHttpClient(emulator.baseUrl, clients);
const watching = createHttpClient(emulator.baseUrl, 1);
try {
  const atRest = await takeSample(emulator.pid, watching);
  const rows: string[][] = [];
  const sampled: Sample[][] = [];
  for (let quarter = 1; quarter <= quarters; quarter++) {
    const before = answers.accepted;
    const samples = await watchWhileSending(`quarter ${quarter}`);
    const perSecond = (answers.accepted - before) / (quarterMilliseconds / 1_000);
    sampled.push(samples);
    rows.push([untilText(quarter), perSecond.toFixed(0), ...describe(samples)]);
    console.log(`${untilText(quarter)}: ${answers.accepted} batches accepted`);
  }
  printTable(
    `Sustained load: ${clients} clients at once, ${entriesPerBatch} entries per batch; at rest ` +
      `${atRest.residentMegabytes.toFixed(0)} MB, ${atRest.ownMegabytes.toFixed(0)} of its own, and ${atRest.openFiles} open files; ${answers.refused} refused`,
    [
      'until',
      'batches/s',
      'MB resident, median',
      'at most',
      'MB of its own, median',
      'open files, at most',
      'event loop lag p99 ms, median',
      'at most',
      'records waiting',
    ],
    rows,
  );
  const growth = quarterMilliseconds >= judgedFromMilliseconds ? growthOf(sampled) : [];
  for (const figure of growth) console.error(`Grows: ${figure}`);
  const auditExitCode = await audit();
  process.exitCode = growth.length > 0 ? 1 : auditExitCode;
} finally {
  http.close();
  watching.close();
  await emulator.remove();
}

async function watchWhileSending(name: string): Promise<Sample[]> {
  const end = performance.now() + quarterMilliseconds;
  const samples: Sample[] = [];
  const watch = async () => {
    await takeSample(emulator.pid, watching); // the lag is counted from here on
    while (performance.now() < end) {
      await sleep(Math.min(sampleEveryMilliseconds, Math.max(0, end - performance.now())));
      samples.push(await takeSample(emulator.pid, watching));
    }
  };
  const client = async (number: number) => {
    for (let batch = 0; performance.now() < end; batch++)
      await send(http, `${name}/${number}/${batch}`, number);
  };
  await Promise.all([watch(), ...Array.from({ length: clients }, (_, number) => client(number))]);
  return samples;
}

async function send(through: HttpClient, key: string, number: number): Promise<void> {
  const texts = bodiesOfNow();
  const headers = {
    'x-customer-id': `cus-${number % customers}`,
    'idempotency-key': key,
    'content-type': 'application/json',
  };
  const body = texts[(number + answers.accepted) % texts.length] ?? '[]';
  const { status } = await through.request('/logs', { method: 'POST', headers, body });
  if (status === 202) answers.accepted += 1;
  else if (status === 503) answers.refused += 1;
  else throw new Error(`A batch was answered with ${status}.`);
}

/** Returns bodies of the current minute, so that windows come and go as in real traffic. */
function bodiesOfNow(): readonly string[] {
  const minute = Math.floor(Date.now() / 60_000);
  if (bodies?.minute !== minute) {
    const entries = () => traffic.entries(entriesPerBatch, new Date(minute * 60_000), 1);
    bodies = { minute, texts: Array.from({ length: bodiesPerMinute }, () => JSON.stringify(entries())) };
  }
  return bodies.texts;
}

function describe(samples: readonly Sample[]): string[] {
  const resident = samples.map(({ residentMegabytes }) => residentMegabytes);
  const lag = samples.map(({ lagMilliseconds }) => lagMilliseconds);
  return [
    median(resident),
    Math.max(...resident),
    median(samples.map(({ ownMegabytes }) => ownMegabytes)),
    Math.max(...samples.map(({ openFiles }) => openFiles)),
    median(lag),
    Math.max(...lag),
    samples.at(-1)?.recordsWaiting ?? Number.NaN,
  ].map((number) => number.toFixed(0));
}

/**
 * Audits when nothing waits any more, and again for a while if it finds differences, as hours and days follow a
 * little later.
 */
async function audit(): Promise<number> {
  while ((await takeSample(emulator.pid, watching)).recordsWaiting > 0) await sleep(100);
  const deadline = performance.now() + rolledUpWithinMilliseconds;
  const args = ['--data-dir', emulator.dataDirectory, '--pending-seconds', '0'];
  for (;;) {
    const { exitCode, stdout, stderr } = await spawnCommand({}, 'audit', args).ended;
    if (exitCode === 1 && performance.now() < deadline) continue;
    if (exitCode !== 0) console.error(stderr);
    console.log(`\nThe audit of ${answers.accepted} accepted batches: ${stdout}`);
    return exitCode ?? 1;
  }
}

function untilText(quarter: number): string {
  return `${((minutes * quarter * 60) / quarters).toFixed(0)} s`;
}
