import { expect, it } from 'vitest';
import { jsonLines, runCommandWith } from '../commands/run-command.ts';
import { useEmulator } from './emulator.ts';
import { countedWindows, entry, postLogs, rolledUpRequests } from './requests.ts';

const PATH_TEMPLATES = '/users/:id, auto, /search';
const emulator = useEmulator({ env: { PATH_TEMPLATES } });

const entryOf = (path: string) => ({ ...entry, path });

/** Sends this many entries, each with a unique path, in batches of 10,000. */
async function sendScan(customerId: string, count: number, pathOf: (n: number) => string): Promise<void> {
  for (let first = 0; first < count; first += 10_000) {
    const body = Array.from({ length: 10_000 }, (_, n) => entryOf(pathOf(first + n)));
    expect((await postLogs(emulator, { customerId, body })).status).toBe(202);
  }
}

it('counts a scan of 50,000 ids under one key, and what else there is beside it', async () => {
  const customerId = 'cus-scanned';
  await sendScan(customerId, 50_000, (n) => `/users/user-${n}?from=${n}`);
  const others = ['/orders/4711/items/8', '/orders/4712/items/9', '/search?q=a', '/pricing?a'];
  await postLogs(emulator, { customerId, body: others.map(entryOf) });

  expect(await countedWindows(emulator, customerId)).toMatchObject([
    {
      requests: 50_004,
      requestsByPath: {
        'GET /users/:id': 50_000,
        'GET /orders/:id/items/:id': 2,
        'GET /search': 1,
        'GET /pricing?a': 1,
      },
    },
  ]);
});

it('is audited by the same templates, and by others as far as they allow it', async () => {
  await postLogs(emulator, { customerId: 'cus-audited', body: [entryOf('/users/1')] });
  await countedWindows(emulator, 'cus-audited');
  await rolledUpRequests(emulator, 'cus-audited', 1);
  await rolledUpRequests(emulator, 'cus-scanned', 50_004);

  for (const audited of [PATH_TEMPLATES, '/users/:name', '']) {
    const options = ['--data-dir', emulator.dataDirectory, '--pending-seconds', '0', '--json'];
    const end = await runCommandWith({ PATH_TEMPLATES: audited }, 'audit', ...options);
    expect(jsonLines(end)).toMatchObject([{ kind: 'audited', differences: 0 }]);
  }
});
