import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { jsonLines, runCommandWith } from '../commands/run-command.ts';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import {
  askForBatch,
  countedWindows,
  entry,
  isCounted,
  metric,
  postAnyway,
  postLogs,
  rolledUpRequests,
} from './requests.ts';

const customerId = 'cus-rules';
const [older, newer] = ['/users/:id', '/users/:name'];
const verifyAfterSeconds = 600;
const emulator = new Emulator({ env: { VERIFY_AFTER_SECONDS: String(verifyAfterSeconds) } });
afterAll(() => emulator.remove());

const batchOf = (key: string, paths: readonly string[]) => ({
  customerId,
  body: paths.map((path) => ({ ...entry, path })),
  headers: { 'idempotency-key': key },
});
const repeated = batchOf('repeated', ['/users/1', '/users/2', '/pricing']);
const leftAlone = batchOf('left-alone', ['/users/3', '/pricing']);
const later = batchOf('later', ['/users/4']);

it('counts by the rules under which a batch was stored, whoever emits it under others', async () => {
  for (const batch of [repeated, leftAlone]) {
    const crash = { ...loading('crash-at.mjs'), CRASH_AT: 'after put object batches/' };
    await emulator.start({ ...crash, PATH_TEMPLATES: older });
    await postAnyway(emulator, batch);
    expect((await emulator.ended).exitCode).toBeNull();
  }
  await emulator.start({ PATH_TEMPLATES: newer });
  expect((await postLogs(emulator, later)).status).toBe(202);

  expect((await postLogs(emulator, repeated)).status).toBe(409);
  await isCounted(emulator, customerId, 'repeated');
  expect(await askForBatch(emulator, customerId, 'left-alone')).toMatchObject({ counted: false });
  expect(await emittedAgain()).toBe(0);

  await emulator.end();
  const timeToVerify = { ...loading('shifted-clock.mjs'), CLOCK_OFFSETS: String(verifyAfterSeconds + 60) };
  await emulator.start({ ...timeToVerify, PATH_TEMPLATES: newer });
  await isCounted(emulator, customerId, 'left-alone');
  while ((await emittedAgain()) === 0) await sleep(20);

  expect(await countedWindows(emulator, customerId)).toMatchObject([
    {
      requests: 6,
      requestsByPath: { 'GET /users/:id': 3, 'GET /users/:name': 1, 'GET /pricing': 2 },
      batches: 3,
    },
  ]);
});

it('is audited under the older rules, the newer ones, and none', async () => {
  await rolledUpRequests(emulator, customerId, 6);
  for (const PATH_TEMPLATES of [older, newer, '']) {
    const options = ['--data-dir', emulator.dataDirectory, '--pending-seconds', '0', '--json'];
    const end = await runCommandWith({ PATH_TEMPLATES }, 'audit', ...options);
    expect(jsonLines(end)).toMatchObject([{ kind: 'audited', batches: 3, differences: 0, notAuditable: 0 }]);
  }
});

function emittedAgain(): Promise<number> {
  return metric(emulator, 'log_analytics_partials_emitted_again_total');
}
