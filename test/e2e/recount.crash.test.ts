import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { jsonLines, runCommandWith } from '../commands/run-command.ts';
import { spawnCommand } from '../spawn-command.ts';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import {
  countedRequests,
  countedWindows,
  entry,
  isCounted,
  postAnyway,
  postLogs,
  rolledUpRequests,
} from './requests.ts';

const customerId = 'cus-recounted';
const [older, newer] = ['/users/:id', '/users/:name'];
const emulator = new Emulator({});
afterAll(() => emulator.remove());

// As many as an answer has in a page, and too many to be replaced at once.
const minutes = 900;
const firstMinute = Date.parse('2025-12-27T00:00:00Z');
const minuteAt = (place: number) => new Date(firstMinute + place * 60_000).toISOString();
const everyMinute = Array.from({ length: minutes }, (_, place) => place);

/** Sends an entry for each of these minutes, and returns the number of entries if the batch is accepted. */
async function send(
  key: string,
  places: readonly number[],
  post: typeof postAnyway = postLogs,
): Promise<number> {
  const body = places.map((place) => ({ ...entry, receivedAt: minuteAt(place), path: `/users/${place}` }));
  const answer = await post(emulator, { customerId, body, headers: { 'idempotency-key': key } });
  return answer?.status === 202 ? places.length : 0;
}

const which = () => ['--customer', customerId, '--from', minuteAt(0), '--data-dir', emulator.dataDirectory];

const recount = (...args: readonly string[]) =>
  spawnCommand({ PATH_TEMPLATES: newer }, 'recount', [...which(), '--json', ...args]);

async function isRecounted(place: number): Promise<boolean> {
  const [day = '', time = ''] = minuteAt(place).split('T');
  const name = `${day.replaceAll('-', '/')}/${time.slice(0, 2)}/${time.slice(3, 5)}.json`;
  const path = join(emulator.dataDirectory, 'objects/aggregates/minute', customerId, name);
  return (await readFile(path, 'utf8')).startsWith('{"formatVersion":4,');
}

it('recounts old windows while batches arrive, goes on after kill -9, and an audit finds no difference', async () => {
  await emulator.start({ PATH_TEMPLATES: older });
  let sent = 0;
  for (const key of ['old-1', 'old-2']) sent += await send(key, everyMinute);
  await isCounted(emulator, customerId, 'old-2');
  await emulator.end();
  // A batch of the older rules is stored and not emitted: verify does that later, under the newer rules.
  const crash = { ...loading('crash-at.mjs'), CRASH_AT: 'after put object batches/' };
  await emulator.start({ ...crash, PATH_TEMPLATES: older });
  await send('old-crashed', everyMinute.slice(0, 100), postAnyway);
  expect((await emulator.ended).exitCode).toBeNull();
  sent += 100;

  await emulator.start({ PATH_TEMPLATES: newer });
  const over = new AbortController();
  const sending = (async () => {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      sent += await send(
        `new-${turn}`,
        everyMinute.slice(turn % 50, minutes - (turn % 70)).filter((_, place) => place % 100 === 0),
      );
      await sleep(20);
    }
  })();

  const killed = spawnCommand({ PATH_TEMPLATES: newer, ...loading('dies-while-recounting.mjs') }, 'recount', [
    ...which(),
    '--json',
  ]);
  expect((await killed.ended).exitCode).toBeNull();
  // Not each of the first ones is: a batch that arrives meanwhile has its window read again later.
  const recounted = (await Promise.all(everyMinute.map(isRecounted))).filter(Boolean).length;
  expect(recounted).toBeGreaterThan(0);
  expect(recounted).toBeLessThan(minutes);

  const end = await recount().ended;
  over.abort();
  await sending;
  expect(end).toMatchObject({ exitCode: 0 });
  expect(jsonLines(end)).toMatchObject([{ kind: 'recounted', windows: minutes, left: 0, waiting: 0 }]);

  expect(await countedRequests(emulator, customerId)).toBe(sent);
  for (const { requests, requestsByPath } of await countedWindows(emulator, customerId))
    expect(requestsByPath).toEqual({ 'GET /users/:name': requests });
  const { days } = await rolledUpRequests(emulator, customerId, sent);
  expect(Object.values(days).reduce((sum, requests) => sum + requests, 0)).toBe(sent);
});

it('is audited under the older rules, the newer ones, and none, and has nothing more to do', async () => {
  for (const PATH_TEMPLATES of [older, newer, '']) {
    const options = ['--data-dir', emulator.dataDirectory, '--pending-seconds', '0', '--json'];
    const end = await runCommandWith({ PATH_TEMPLATES }, 'audit', ...options);
    expect(jsonLines(end)).toMatchObject([{ kind: 'audited', windows: minutes, differences: 0 }]);
  }
  expect(jsonLines(await recount().ended)).toMatchObject([{ recounted: 0, left: 0, waiting: 0 }]);
});

it('is refused by a pipeline that counts by other rules', async () => {
  const options = which();
  const end = await runCommandWith({ PATH_TEMPLATES: older }, 'recount', ...options);
  expect(end).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('counts by other rules') as string,
  });
});

it('recounts with the pipeline stopped, and hours and days follow after the next start', async () => {
  await emulator.end();
  const options = [...which(), '--json'];
  const end = await runCommandWith({ PATH_TEMPLATES: older }, 'recount', ...options);
  expect(jsonLines(end)).toMatchObject([{ recounted: minutes, left: 0, waiting: 0 }]);
  await emulator.start({ PATH_TEMPLATES: older });
  const daysByPath = async () => {
    const query = 'window=day&from=2025-12-01T00:00:00Z&to=2026-01-01T00:00:00Z';
    const answer = await emulator.http.request(`/aggregates?${query}`, {
      headers: { 'x-customer-id': customerId },
    });
    return answer.body.toString();
  };
  await expect.poll(daysByPath).not.toContain('/users/:name');
});
