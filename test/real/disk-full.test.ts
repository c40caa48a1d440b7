import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Emulator } from '../e2e/emulator.ts';
import { countedRequests, entry, json, postLogs } from '../e2e/requests.ts';

/** A disk of its own, small and quickly filled; mounting one takes root, as in CI. */
const disk = mkdtempSync(join(tmpdir(), 'log-analytics-disk-'));
const customerId = 'cus-full';
let emulator: Emulator;

beforeAll(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
  emulator = new Emulator({ within: disk });
  await emulator.start();
});

afterAll(async () => {
  await emulator.remove();
  execFileSync('umount', [disk]);
  rmdirSync(disk);
});

async function post(key: string): Promise<number> {
  const batch = { customerId, body: [entry], headers: { 'idempotency-key': key } };
  const { status, headers } = await postLogs(emulator, batch);
  if (status === 503) expect(headers['retry-after']).toBe('1');
  return status;
}

it('answers 503 while the disk is full, loses nothing that it accepted, and goes on when there is room', async () => {
  const accepted: string[] = [];
  const accept = async (key: string) => {
    const status = await post(key);
    if (status === 202 || status === 409) accepted.push(key);
    return status;
  };
  for (let batch = 0; batch < 20; batch++) expect(await accept(`before-${batch}`)).toBe(202);

  const filler = join(disk, 'filler');
  const { bavail, bsize } = await statfs(disk);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  const refused: string[] = [];
  for (let batch = 0; batch < 20; batch++) {
    if ((await accept(`full-${batch}`)) === 503) refused.push(`full-${batch}`);
  }
  expect(refused.length).toBeGreaterThan(0);

  rmSync(filler);
  for (const key of refused) {
    while ((await accept(key)) === 503) await sleep(50);
  }
  expect(new Set(accepted).size).toBe(40);
  for (const key of new Set(accepted)) {
    const headers = { 'x-customer-id': customerId };
    const isCounted = async () =>
      (json(await emulator.http.request(`/batches/${key}`, { headers })) as { counted: boolean }).counted;
    while (!(await isCounted())) await sleep(50);
  }
  expect(await countedRequests(emulator, customerId)).toBe(40);
});
