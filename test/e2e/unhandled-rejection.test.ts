import { afterAll, beforeAll, expect, it } from 'vitest';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import { countedRequests, entry, postLogs } from './requests.ts';

const emulator = new Emulator({});
beforeAll(() => emulator.start(loading('rejects.mjs')));
afterAll(() => emulator.remove());

it('logs a rejection that nobody handles, and goes on', async () => {
  const post = async (key: string) => {
    const batch = { customerId: 'cus-rejection', body: [entry], headers: { 'idempotency-key': key } };
    expect((await postLogs(emulator, batch)).status).toBe(202);
  };
  await post('before');
  emulator.signal('SIGUSR2');
  // Asked all the while, so that the test learns of a death at once.
  while (!emulator.output.includes('nobody awaits this')) await emulator.http.request('/health');
  expect(emulator.output).toContain('A rejection was not handled');
  await post('after');
  expect(await countedRequests(emulator, 'cus-rejection')).toBe(2);
});
