import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { ConnectionFailed } from '../../client/http-client.ts';
import { parseIntent } from '../../local-store/object-directory/intent.ts';
import { useEmulator } from '../e2e/emulator.ts';
import { countedRequests, entry, postLogs } from '../e2e/requests.ts';

const unwritableMetaPage = new URL('unwritable-meta-page.mjs', import.meta.url).href;
const emulator = useEmulator({ env: { NODE_OPTIONS: `--import ${unwritableMetaPage}` } });

/** Makes flushes of the log's file fail, as on a broken disk, until the returned function is called. */
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
  // strace says this once it has attached to all threads.
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

/** Returns whether the data directory has a batch with this key, at its place or as a whole temporary file. */
function hasWholeBatch(key: string): boolean {
  const objects = join(emulator.dataDirectory, 'objects');
  const names = readdirSync(objects, { recursive: true, encoding: 'utf8' });
  return names.some((name) => {
    const intent = parseIntent(basename(name));
    if (intent === undefined) return name.startsWith('batches/') && basename(name) === `k-${key}`;
    return intent.key.endsWith(`/k-${key}`) && statSync(join(objects, name)).size === intent.size;
  });
}

const keys = ['one', 'two', 'three', 'four', 'five'];

async function post(customerId: string, key: string): Promise<number> {
  const batch = { customerId, body: [entry], headers: { 'idempotency-key': key } };
  return (await postLogs(emulator, batch)).status;
}

it('answers 503 while the log cannot be flushed, and continues when that is over, with nothing lost or counted twice', async () => {
  const customerId = 'cus-flushes';
  expect(await post(customerId, 'before')).toBe(202);
  expect(await countedRequests(emulator, customerId)).toBe(1);
  const stop = await failingFlushes();
  for (const key of keys) expect(await post(customerId, key)).toBe(503);
  await stop();
  for (const key of keys) while ((await post(customerId, key)) === 503) await sleep(50);
  expect(await countedRequests(emulator, customerId)).toBe(1 + keys.length);
  expect(emulator.output).not.toContain('A rejection was not handled');
});

it('ends when the page that makes a commit count cannot be written, and its next start has every accepted batch', async () => {
  const customerId = 'cus-meta-page';
  for (const key of keys) expect(await post(customerId, key)).toBe(202);
  emulator.signal('SIGUSR2');
  while (!emulator.output.includes('The meta page is unwritable.')) await sleep(10);
  const unanswered = post(customerId, 'unanswered').catch((error: unknown) => error);
  const { exitCode, output } = await emulator.ended;
  expect(exitCode).toBe(1);
  expect(output).toContain('The log can no longer be read or written, so the emulator ends. Start it again.');
  expect(await unanswered).toBeInstanceOf(ConnectionFailed);
  // Another commit, such as that of a message, may have ended it before.
  const wasStored = hasWholeBatch('unanswered');

  await emulator.start();
  expect(await post(customerId, 'unanswered')).toBe(wasStored ? 409 : 202);
  for (const key of keys) expect(await post(customerId, key)).toBe(409);
  expect(await countedRequests(emulator, customerId)).toBe(keys.length + 1);
});
