import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { measureDirectory } from '../../local-store/disk-room/measure-directory.ts';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import { askForBatch, countedRequests, entry, isCounted, json, metric, postLogs } from './requests.ts';

const customerId = 'cus-quota';
const quotaBytes = 24_000_000;
const entries = 4_000;
const day = 86_400;
const clock = { filled: 0, set: 2 * day, settled: 2 * day + 1_000 };
const env = { DISK_QUOTA_BYTES: String(quotaBytes), RAW_BATCH_DAYS: '1', VERIFY_AFTER_SECONDS: '1' };

/** Hard to compress, and of one minute: so the raw batches fill the disk. */
function batchOf(key: string) {
  const body = Array.from({ length: entries }, () => ({
    ...entry,
    path: `/${randomBytes(60).toString('base64url')}`,
  }));
  return { customerId, body, headers: { 'idempotency-key': key } };
}

async function jump(emulator: Emulator, offset: number): Promise<void> {
  emulator.signal('SIGUSR2');
  while (!emulator.output.includes(`The clock is ${offset} s off`)) await sleep(20);
}

async function fill(emulator: Emulator, name: string): Promise<ReturnType<typeof batchOf>[]> {
  const accepted: ReturnType<typeof batchOf>[] = [];
  for (;;) {
    const batch = batchOf(`${name}-${accepted.length}`);
    const answer = await postLogs(emulator, batch);
    if (answer.status === 503) {
      expect(json(answer)).toMatchObject({ errorCategory: 'AVAILABILITY', errorCode: 'API_1007' });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(1);
      return accepted;
    }
    expect(answer.status).toBe(202);
    accepted.push(batch);
  }
}

it('takes no new batch beyond the quota, counts what it accepted, and goes on when there is room', async () => {
  const emulator = new Emulator({ env });
  onTestFinished(() => emulator.remove());
  const clocks = {
    ...loading('hurried-schedule.mjs', 'shifted-clock.mjs'),
    CLOCK_OFFSETS: Object.values(clock).join(','),
  };
  await emulator.start(clocks);
  const accepted = await fill(emulator, 'first');
  expect(accepted.length).toBeGreaterThan(3);

  // All accepted batches are counted from the reserve, and read; a retry is answered from the stored batch.
  const [first = batchOf('none')] = accepted;
  expect(json(await postLogs(emulator, first))).toMatchObject({ errorCode: 'ING_1001' });
  for (const { headers } of accepted) await isCounted(emulator, customerId, headers['idempotency-key']);
  expect(await countedRequests(emulator, customerId)).toBe(accepted.length * entries);
  expect((await postLogs(emulator, batchOf('beyond'))).status).toBe(503);
  expect(await askForBatch(emulator, customerId, 'beyond')).toMatchObject({ errorCode: 'QRY_1001' });
  expect(measureDirectory(emulator.dataDirectory)).toBeLessThan(quotaBytes);
  const used = await metric(emulator, 'log_analytics_disk_used_bytes');
  expect(used).toBeGreaterThan(quotaBytes / 2);
  expect(await metric(emulator, 'log_analytics_disk_quota_bytes')).toBe(quotaBytes);

  // The raw batches, which are counted, expire: there is space again.
  await jump(emulator, clock.set);
  while (!emulator.output.includes('Raw batches and failed records from before the horizon')) await sleep(50);
  await jump(emulator, clock.settled);
  while ((await postLogs(emulator, batchOf('second'))).status === 503) await sleep(50);
  await isCounted(emulator, customerId, 'second');
  expect(await countedRequests(emulator, customerId)).toBe((accepted.length + 1) * entries);
  const more = await fill(emulator, 'more');
  expect(more.length).toBeGreaterThan(0);

  // A larger quota also makes space.
  await emulator.end();
  await emulator.start({
    ...clocks,
    CLOCK_OFFSETS: String(clock.settled),
    DISK_QUOTA_BYTES: String(2 * quotaBytes),
  });
  expect((await postLogs(emulator, batchOf('larger'))).status).toBe(202);
  await isCounted(emulator, customerId, 'larger');
  expect(await countedRequests(emulator, customerId)).toBe((accepted.length + more.length + 2) * entries);
});
