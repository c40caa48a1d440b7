import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { entry, isCounted, json, metric, postLogs } from './requests.ts';

const emulator = useEmulator({ env: { MAX_BACKLOG_RECORDS: '3000' } });

const minutes = 4_000;
const backlogOf = (stream: 'insights' | 'late') =>
  metric(emulator, 'log_analytics_stream_backlog_records', `stream="${stream}"`);
const produced = (stream: 'insights' | 'late') =>
  metric(emulator, 'log_analytics_partials_produced_total', `stream="${stream}"`);

/** Creates a batch with an entry in each of this many minutes. */
function minutesFrom(start: string): object[] {
  return Array.from({ length: minutes }, (_, minute) => {
    return { ...entry, receivedAt: new Date(Date.parse(start) + minute * 60_000).toISOString() };
  });
}

const post = (customerId: string, key: string, body: readonly object[]) =>
  postLogs(emulator, { customerId, body, headers: { 'idempotency-key': key } });

describe('next to a customer with batches of thousands of minutes', () => {
  it('others are counted while its backlog waits, and only it is refused', { timeout: 120_000 }, async () => {
    expect((await post('cus-flood', 'week', minutesFrom('2025-12-01T00:00:00Z'))).status).toBe(202);
    expect((await post('cus-other', 'first', [entry])).status).toBe(202);
    await isCounted(emulator, 'cus-other', 'first');
    // In the order in which they were put, it would have been the last one.
    expect(await backlogOf('late')).toBeGreaterThan(1_500);

    const refused = await post('cus-flood', 'next week', minutesFrom('2025-12-08T00:00:00Z'));
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(json(refused)).toMatchObject({ errorCode: 'API_1005', errorCategory: 'AVAILABILITY' });
    for (let number = 0; number < 5; number += 1) {
      expect((await post('cus-other', `other-${number}`, [entry])).status).toBe(202);
    }
    await isCounted(emulator, 'cus-other', 'other-4');
    expect(await backlogOf('late')).toBeGreaterThan(0);

    // Its repetitions are neither emitted again nor refused forever.
    const before = await produced('late');
    while ((await backlogOf('late')) > 1_000) await sleep(100);
    expect((await post('cus-flood', 'week', minutesFrom('2025-12-01T00:00:00Z'))).status).toBe(409);
    expect(await produced('late')).toBe(before);
    while ((await backlogOf('late')) > 0) await sleep(100);
    await isCounted(emulator, 'cus-flood', 'week');
  });

  it('windows far ahead do not take the way of what is watched', async () => {
    const before = await produced('insights');
    const ahead = new Date(Date.now() + 2 * 3_600_000).toISOString();
    expect((await post('cus-ahead', 'ahead', [{ ...entry, receivedAt: ahead }])).status).toBe(202);
    await isCounted(emulator, 'cus-ahead', 'ahead');
    expect(await produced('insights')).toBe(before);
  });
});
