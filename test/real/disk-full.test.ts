import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorCode } from '../../lib/error-code.ts';
import { spawnEmulator } from '../e2e/emulator-process.ts';
import { Emulator } from '../e2e/emulator.ts';
import { freePorts } from '../e2e/free-ports.ts';
import { countedRequests, entry, json, postLogs } from '../e2e/requests.ts';

/** A small disk that fills quickly; mounting one needs root, as in CI. */
const disk = mkdtempSync(join(tmpdir(), 'log-analytics-disk-'));
const diskBytes = 24 * 1024 * 1024;
const filler = join(disk, 'filler');
const customerId = 'cus-full';
const rounds = 3;
const batchesARound = 20;
const readOnlyKeys = ['read-only-1', 'read-only-2', 'read-only-3'];
const acceptedWhenFull = rounds * batchesARound * 2;
const nearlyFullBatches = 10;
let emulator: Emulator;

beforeAll(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk]);
  emulator = new Emulator({ within: disk });
  await emulator.start();
});

afterAll(async () => {
  await emulator.remove();
  execFileSync('umount', [disk]);
  rmdirSync(disk);
});

/** Fills the disk to the last byte, whatever others write meanwhile. */
function fill(): void {
  try {
    writeFileSync(filler, Buffer.alloc(diskBytes));
  } catch (error) {
    if (errorCode(error) !== 'ENOSPC') throw error;
  }
}

async function post(key: string): Promise<number> {
  const batch = { customerId, body: [entry], headers: { 'idempotency-key': key } };
  const { status, headers } = await postLogs(emulator, batch);
  // A nearly full disk takes no new batch, before a write fails.
  if (status === 503) expect(headers['retry-after']).toMatch(/^(1|10)$/);
  return status;
}

async function isCounted(key: string): Promise<boolean> {
  const answer = await emulator.http.request(`/batches/${key}`, { headers: { 'x-customer-id': customerId } });
  return (json(answer) as { counted: boolean }).counted;
}

async function expectRefusedStart(reason: string): Promise<void> {
  const [httpPort, lambdaPort] = await freePorts(2);
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  const refusal = spawnEmulator(['offline', 'start', ...ports], { DATA_DIR: emulator.dataDirectory });
  const { exitCode, output } = await refusal.ended;
  expect(exitCode).toBe(1);
  expect(output).toContain(reason);
  expect(output).not.toMatch(/\n\s+at /);
}

it('answers 503 while the disk is full, loses no accepted batch, and continues when there is space', async () => {
  const accepted = new Set<string>();
  const accept = async (key: string) => {
    const status = await post(key);
    if (status === 202 || status === 409) accepted.add(key);
    return status;
  };
  for (let round = 0; round < rounds; round++) {
    // The counting of these batches meets the full disk as well.
    for (let batch = 0; batch < batchesARound; batch++) {
      expect(await accept(`before-${round}-${batch}`)).toBe(202);
    }
    fill();
    const refused: string[] = [];
    for (let batch = 0; batch < batchesARound; batch++) {
      const key = `full-${round}-${batch}`;
      if ((await accept(key)) === 503) refused.push(key);
    }
    expect(refused.length).toBeGreaterThan(0);
    rmSync(filler);
    for (const key of refused) while ((await accept(key)) === 503) await sleep(50);
  }
  expect(accepted.size).toBe(acceptedWhenFull);
  for (const key of accepted) while (!(await isCounted(key))) await sleep(50);
  expect(await countedRequests(emulator, customerId)).toBe(accepted.size);
  expect(emulator.output).toContain('ENOSPC');
  expect(emulator.output).not.toContain('A rejection was not handled');
});

it('accepts no new batch while the disk is nearly full, and counts accepted ones in the reserve', async () => {
  const keys = Array.from({ length: nearlyFullBatches - 1 }, (_, n) => `nearly-${n}`);
  for (const key of keys) expect(await post(key)).toBe(202);
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(bavail * bsize - diskBytes / 25)); // less than the twentieth that is reserved
  await sleep(300); // the emulator queries the disk four times a second
  const answer = await postLogs(emulator, { customerId, body: [entry] });
  expect([answer.status, json(answer)]).toMatchObject([503, { errorCode: 'API_1007' }]);
  for (const key of keys) expect(await post(key)).toBe(409);
  for (const key of keys) while (!(await isCounted(key))) await sleep(50);
  expect(await countedRequests(emulator, customerId)).toBe(acceptedWhenFull + keys.length);
  rmSync(filler);
  // It must be a new batch, since a retry is always answered.
  while ((await post('nearly-after')) === 503) await sleep(50);
});

it('answers 503 while its objects are read-only, and continues when they are writable again', async () => {
  const objects = join(emulator.dataDirectory, 'objects');
  // Files open for writing prevent the whole disk from becoming read-only; objects are opened for each write.
  execFileSync('mount', ['--bind', objects, objects]);
  try {
    execFileSync('mount', ['-o', 'remount,bind,ro', objects]);
    for (const key of readOnlyKeys) expect(await post(key)).toBe(503);
    expect(emulator.output).toContain('EROFS');
    execFileSync('mount', ['-o', 'remount,bind,rw', objects]);
    for (const key of readOnlyKeys) expect(await post(key)).toBe(202);
    for (const key of readOnlyKeys) while (!(await isCounted(key))) await sleep(50);
    expect(await countedRequests(emulator, customerId)).toBe(
      acceptedWhenFull + nearlyFullBatches + readOnlyKeys.length,
    );
  } finally {
    execFileSync('umount', ['--lazy', objects]);
  }
});

it('refuses to start on a full disk with a message, and starts when there is space', async () => {
  await emulator.end();
  fill();
  await expectRefusedStart('ENOSPC: no space left on device');

  rmSync(filler);
  await emulator.start();
  expect(await countedRequests(emulator, customerId)).toBe(
    acceptedWhenFull + nearlyFullBatches + readOnlyKeys.length,
  );
});

it('refuses to start on a read-only disk with a message, and starts when it is writable again', async () => {
  await emulator.end();
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  try {
    await expectRefusedStart('The file system is read-only');
  } finally {
    execFileSync('mount', ['-o', 'remount,rw', disk]);
  }

  await emulator.start();
  expect(await countedRequests(emulator, customerId)).toBe(
    acceptedWhenFull + nearlyFullBatches + readOnlyKeys.length,
  );
});

it('continues while its own log is on the full disk, and logs again when there is space', async () => {
  await emulator.remove();
  const log = join(disk, 'out.log');
  const redirected = ['sh', '-c', 'exec "$@" >"$0" 2>&1', log];
  emulator = new Emulator({ within: disk, env: { LOG_LEVEL: 'debug' }, under: redirected });
  await emulator.start();
  expect(await post('before')).toBe(202);

  fill();
  // The last page of the log has space for some lines.
  for (let logged = -1; logged !== statSync(log).size;) {
    logged = statSync(log).size;
    await post('full');
  }
  rmSync(filler);
  while ((await post('full')) === 503) await sleep(50);
  while (!(await isCounted('full'))) await sleep(50);
  expect(await countedRequests(emulator, customerId)).toBe(2);
  expect(readFileSync(log, 'utf8')).toContain('/batches/full');
  expect((await emulator.end()).exitCode).toBe(0);
});
