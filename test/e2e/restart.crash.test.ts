import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import { askForBatch, entry, metric, postAnyway, rolledUpRequests } from './requests.ts';

const customerId = 'cus-restart';
/** The promise is 15 s after the start; with the second look a minute later it took more than 60. */
const promisedSeconds = 15;

/** The ends of the lives: at an operation of the local store, often while it works on what the one before left. */
const lives = [
  // Batches that are lost before they are emitted, of now and of long ago.
  { CRASH_AT: 'after put object batches/', CRASH_NTH: '3' },
  { CRASH_AT: 'between', CRASH_NTH: '1' },
  // verify has received the message, and emits nothing.
  { CRASH_AT: 'before append insights', CRASH_NTH: '1' },
  { CRASH_AT: 'before append insights', CRASH_NTH: '1' },
  { CRASH_AT: 'before append late', CRASH_NTH: '1' },
];

it('counts every stored batch within 15 s of a start, after several kills in a row, with the usual settings', async () => {
  const emulator = new Emulator({});
  onTestFinished(() => emulator.remove());
  const keys: string[] = [];
  for (const [life, { CRASH_AT, CRASH_NTH }] of lives.entries()) {
    const crash = CRASH_AT === 'between' ? {} : { ...loading('crash-at.mjs'), CRASH_AT, CRASH_NTH };
    // Leftovers may end a later life before it answers.
    if (life >= 2) await emulator.launch(crash);
    else {
      await emulator.start(crash);
      for (let batch = 0; batch < 3; batch += 1) {
        const key = `${life}-${batch}`;
        const now = { ...entry, receivedAt: new Date().toISOString() };
        await postAnyway(emulator, { customerId, body: [now, entry], headers: { 'idempotency-key': key } });
        keys.push(key);
      }
    }
    if (CRASH_AT === 'between') await emulator.crash();
    else expect((await emulator.ended).exitCode).toBeNull();
  }

  await emulator.start();
  const readyAt = performance.now();
  for (const key of keys) {
    while ((await askForBatch(emulator, customerId, key)).counted !== true) await sleep(50);
  }
  expect((performance.now() - readyAt) / 1_000).toBeLessThan(promisedSeconds);
  await rolledUpRequests(emulator, customerId, keys.length);
  expect(await metric(emulator, 'log_analytics_batches_overdue_total')).toBe(0);
});
