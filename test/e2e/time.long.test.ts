import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { readQueues } from '../../local-store/queues.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { auditData } from '../faults/audit-data.ts';
import { findMiscounts } from '../faults/find-miscounts.ts';
import { startLoad } from '../faults/load.ts';
import { settle } from '../faults/settle.ts';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import {
  askForBatch,
  countedRequests,
  entry,
  isCounted,
  metric,
  postAnyway,
  postLogs,
  rolledUpRequests,
  type PostedBatch,
} from './requests.ts';

const customerId = 'cus-time';
const env = { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: '20' };
/** Longer than messages are hidden (20 s), and than clients wait for an answer (30 s) before they retry. */
const sleepSeconds = 32;

/** One minute of each hour: so rolling them up takes as long as sending some batches. */
const hoursOfADay = Array.from(
  { length: 24 },
  (_, hour) => `2025-12-28T${String(hour).padStart(2, '0')}:03:00Z`,
);

function newEmulator(): Emulator {
  const emulator = new Emulator({ env });
  onTestFinished(() => emulator.remove());
  return emulator;
}

/** Reports whether a message of a queue was received and is not done, in an emulator that is stopped. */
async function isInFlight(emulator: Emulator, queue: 'verify' | 'roll-up'): Promise<boolean> {
  const queues = await readQueues(join(emulator.dataDirectory, 'log'));
  try {
    const messages = [...queues.list(`log-analytics-pipeline-dev-${queue}`)];
    return messages.some(({ receiveCount }) => receiveCount > 0);
  } finally {
    await queues.close();
  }
}

const seed = 5;
const answersBeforeSleep = 100 + Math.floor(randomNumbers(seed)() * 300);

it(`goes on after a sleep that is longer than every delay (seed ${seed}: ${answersBeforeSleep} answers before it)`, async () => {
  const emulator = newEmulator();
  await emulator.start();
  const { baseUrl } = emulator;
  const clients = { persistentClients: 8, fleetingClients: 0 };
  const load = startLoad({ baseUrl, name: 'cus-sleep', minutes: hoursOfADay, rules: 'as sent', ...clients });
  onTestFinished(() => load.abandon());
  const reaches = (wanted: number) => load.until(({ accepted }) => accepted >= wanted);
  await reaches(answersBeforeSleep);
  emulator.signal('SIGSTOP');
  // It falls asleep with the work of both queues half done: mostly at once, else some answers later.
  while (!(await isInFlight(emulator, 'verify')) || !(await isInFlight(emulator, 'roll-up'))) {
    emulator.signal('SIGCONT');
    await reaches(load.answers.accepted + 1);
    emulator.signal('SIGSTOP');
  }
  await sleep(sleepSeconds * 1_000); // like a closed laptop
  emulator.signal('SIGCONT');
  await reaches(load.answers.accepted + 50);

  const sent = await load.stop();
  const { stored, unsettled } = await settle(emulator, sent);
  expect(unsettled).toEqual([]);
  const those = new Set(sent.filter(({ batchId }) => stored.has(batchId)));
  expect(await findMiscounts(emulator.http, sent, those, hoursOfADay)).toEqual([]);
  expect(await auditData(emulator.dataDirectory, 'as sent', sent.length)).toEqual([]);
});

it('counts exactly with a clock that jumps back and forth, also what was lost before each jump', async () => {
  const emulator = newEmulator();
  /** Each start continues with the time of the last one's end, and dies as soon as a batch is stored. */
  const lives = [[0], [0, -7_200], [-7_200, 7_200]];
  const keys: string[] = [];
  for (const offsets of lives) {
    await emulator.start({
      ...loading('crash-at.mjs', 'shifted-clock.mjs'),
      CLOCK_OFFSETS: offsets.join(','),
      CRASH_AT: 'after put object k-lost',
    });
    for (const [jumps, offsetSeconds] of offsets.entries()) {
      if (jumps > 0) await jump(emulator, offsetSeconds);
      await sendAt(offsetSeconds, emulator, keys);
    }
    const lost = `lost at ${offsets.at(-1)}`;
    await postAnyway(emulator, batchOf(lost));
    expect((await emulator.ended).exitCode).toBeNull();
    keys.push(lost);
  }

  await emulator.start({ ...loading('shifted-clock.mjs'), CLOCK_OFFSETS: '0,7260' });
  await sendAt(0, emulator, keys);
  await jump(emulator, 7_260); // batches stored two hours ahead are a minute old now
  for (const key of keys) await isCounted(emulator, customerId, key);
  expect(await countedRequests(emulator, customerId)).toBe(keys.length);
  await rolledUpRequests(emulator, customerId, keys.length);
  expect(await metric(emulator, 'log_analytics_partials_emitted_again_total')).toBeGreaterThan(0);
  expect(await auditData(emulator.dataDirectory, 'as sent', keys.length)).toEqual([]);
});

async function jump(emulator: Emulator, offsetSeconds: number): Promise<void> {
  emulator.signal('SIGUSR2');
  while (!emulator.output.includes(`The clock is ${offsetSeconds} s off`)) await sleep(20);
}

/** Sends batches, each stored with the clock wrong by this much. */
async function sendAt(offsetSeconds: number, emulator: Emulator, keys: string[]): Promise<void> {
  for (let index = 0; index < 10; index++) {
    const key = String(keys.length);
    const before = Date.now();
    expect((await postLogs(emulator, batchOf(key))).status).toBe(202);
    const { storedAt = '' } = await askForBatch(emulator, customerId, key);
    const storedAtByUs = Date.parse(storedAt) - offsetSeconds * 1_000;
    expect(storedAtByUs).toBeGreaterThanOrEqual(before);
    expect(storedAtByUs).toBeLessThanOrEqual(Date.now());
    keys.push(key);
  }
}

function batchOf(key: string): PostedBatch {
  return { customerId, body: [entry], headers: { 'idempotency-key': key } };
}
