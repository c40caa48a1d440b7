import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { useEmulator } from '../e2e/emulator.ts';
import { countedRequests, entry, postLogs } from '../e2e/requests.ts';

const emulator = useEmulator();

/** Has flushes of the log's file fail, as a broken disk makes them, until the function that it returns is called. */
async function failingFlushes(): Promise<() => Promise<void>> {
  const file = join(emulator.dataDirectory, 'log', 'data.mdb');
  const args = ['-f', '-p', String(emulator.pid), '-o', '/dev/null', '-P', file, '-e', 'trace=fdatasync'];
  const strace = spawn('strace', [...args, '-e', 'inject=fdatasync:error=EIO'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => strace.once('close', () => resolve()));
  const stop = async () => {
    strace.kill('SIGINT');
    await ended;
  };
  onTestFinished(stop);
  // It says so once it holds all threads.
  await new Promise<void>((resolve, reject) => {
    let said = '';
    strace.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('attached')) resolve();
    });
    strace.once('close', () => reject(new Error(`strace ended: ${said}`)));
  });
  return stop;
}

const customerId = 'cus-log-errors';
const keys = ['one', 'two', 'three', 'four', 'five'];

async function post(key: string): Promise<number> {
  const batch = { customerId, body: [entry], headers: { 'idempotency-key': key } };
  return (await postLogs(emulator, batch)).status;
}

it('answers 503 while the log cannot be flushed, and goes on when that is over, with nothing lost or doubled', async () => {
  expect(await post('before')).toBe(202);
  expect(await countedRequests(emulator, customerId)).toBe(1);
  const stop = await failingFlushes();
  for (const key of keys) expect(await post(key)).toBe(503);
  await stop();
  for (const key of keys) while ((await post(key)) === 503) await sleep(50);
  expect(await countedRequests(emulator, customerId)).toBe(1 + keys.length);
  expect(emulator.output).not.toContain('A rejection was not handled');
});
