import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { useEmulator } from './emulator.ts';
import { countedRequests, entry, json, postLogs, rolledUpRequests } from './requests.ts';

const emulator = useEmulator();
const forgotten = 'cus-forgotten';
const other = 'cus-other';

async function send(customerId: string, key: string): Promise<number> {
  const { status } = await postLogs(emulator, {
    customerId,
    body: [entry],
    headers: { 'idempotency-key': key },
  });
  return status;
}

const forget = (...args: readonly string[]) =>
  runCommand('customers', 'forget', forgotten, '--data-dir', emulator.dataDirectory, '--json', ...args);

async function filesOf(customerId: string): Promise<string[]> {
  const files = await readdir(join(emulator.dataDirectory, 'objects'), {
    recursive: true,
    withFileTypes: true,
  });
  const paths = files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => path.includes(`/${customerId}`) && !path.includes('/.tmp/'));
}

it('forgets a customer beside a running pipeline that both it and another one use', async () => {
  // The forgotten customer sends until the command has begun and after it has ended, and the other one all along.
  const over = new AbortController();
  const accepted = { [forgotten]: new Set<string>(), [other]: new Set<string>() };
  const sendUntilOver = async (customerId: typeof forgotten | typeof other, sender: number) => {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      const key = `${sender}-${turn}`;
      if ((await send(customerId, key)) === 202) accepted[customerId].add(key);
      await sleep(5);
    }
  };
  const senders = [0, 1].flatMap((sender) => [
    sendUntilOver(forgotten, sender),
    sendUntilOver(other, sender),
  ]);
  while (accepted[forgotten].size < 20) await sleep(20);

  const shown = await forget();
  expect(shown.exitCode).toBe(0);
  expect(jsonLines(shown)).toMatchObject([{ kind: 'would-remove', customerId: forgotten }]);
  expect((await filesOf(forgotten)).length).toBeGreaterThan(20);

  const before = new Set(accepted[forgotten]);
  const end = await forget('--yes');
  const sentAfter = 'after-the-command';
  expect(await send(forgotten, sentAfter)).toBe(202);
  expect(end.exitCode).toBe(0);
  expect(jsonLines(end)).toMatchObject([{ kind: 'forgotten', customerId: forgotten }]);
  over.abort();
  await Promise.all(senders);
  accepted[forgotten].add(sentAfter);

  // Only batches stored since then exist; all of them are counted, and nothing else is.
  const batches = (await filesOf(forgotten)).filter((path) => path.includes('/batches/'));
  const keys = batches.map((path) => path.slice(path.indexOf('/k-') + '/k-'.length));
  expect(keys).toContain(sentAfter);
  for (const key of keys) {
    expect(before).not.toContain(key);
    expect(accepted[forgotten]).toContain(key);
  }
  await expect.poll(() => countedRequests(emulator, forgotten)).toBe(keys.length);
  expect((await rolledUpRequests(emulator, forgotten, keys.length)).hours).toEqual({
    '2025-12-28T18:00:00Z': keys.length,
  });
  const ofOther = accepted[other].size;
  await expect.poll(() => countedRequests(emulator, other)).toBe(ofOther);

  // By now verify has looked at everything.
  await sleep(6_000);
  expect(await countedRequests(emulator, forgotten)).toBe(keys.length);
  const audited = await runCommand('audit', '--data-dir', emulator.dataDirectory, '--pending-seconds', '0');
  expect(audited.stdout).toContain('No differences.');
});

it('forgets it again, so that nobody lists it, and says so where there is nothing', async () => {
  expect((await forget('--yes')).exitCode).toBe(0);
  const tombstone = join(emulator.dataDirectory, 'objects/forgotten', forgotten);
  expect(await filesOf(forgotten)).toEqual([tombstone]);
  expect(JSON.parse(await readFile(tombstone, 'utf8'))).toMatchObject({
    completedAt: expect.any(String) as string,
  });
  expect(json(await emulator.http.request('/customers'))).toEqual({ customers: [other] });
  const again = await forget('--yes');
  expect(again).toMatchObject({ exitCode: 1, stderr: `There is no data of the customer ${forgotten}.\n` });
});

it('forgets it with the pipeline stopped, and nothing is back after the next start', async () => {
  expect(await send(forgotten, 'again')).toBe(202);
  await emulator.end();
  expect((await forget('--yes')).exitCode).toBe(0);
  await emulator.start();
  expect(await send(other, 'last')).toBe(202);
  await sleep(6_000);
  expect(await filesOf(forgotten)).toEqual([join(emulator.dataDirectory, 'objects/forgotten', forgotten)]);
});
