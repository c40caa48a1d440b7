import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { countedRequests, entry, postLogs } from './requests.ts';

const emulator = useEmulator();
const customerId = 'cus-output';

it('goes on when nobody reads its output any more, as behind a pipe to head', async () => {
  emulator.abandonOutput();
  const objects = join(emulator.dataDirectory, 'objects');
  await rename(objects, `${objects}-away`);
  expect((await postLogs(emulator, { customerId, body: [entry] })).status).toBe(503);
  await rename(`${objects}-away`, objects);
  expect((await postLogs(emulator, { customerId, body: [entry] })).status).toBe(202);
  expect(await countedRequests(emulator, customerId)).toBe(1);
});

it('stops cleanly then, too', async () => {
  expect((await emulator.end()).exitCode).toBe(0);
});
