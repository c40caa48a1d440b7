import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ConnectionFailed } from '../../commands/pipeline-client/http-client.ts';
import { Emulator } from './emulator.ts';
import { countedRequests, entry, json, postLogs } from './requests.ts';

const lookAgainSeconds = 20;
const env = { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: String(lookAgainSeconds) };

async function withEmulator(settings: Record<string, string>, run: (emulator: Emulator) => Promise<void>) {
  const emulator = new Emulator({ env: { ...env, ...settings } });
  try {
    await emulator.start();
    await run(emulator);
  } finally {
    await emulator.remove();
  }
}

/** As a client does: an answer that did not come is asked for again. */
async function post(emulator: Emulator, key: string): Promise<void> {
  const headers = { 'idempotency-key': key };
  for (;;) {
    try {
      const { status } = await postLogs(emulator, { customerId: 'cus-time', body: [entry], headers });
      expect([202, 409]).toContain(status);
      return;
    } catch (error) {
      if (!(error instanceof ConnectionFailed)) throw error;
    }
  }
}

async function isCounted({ http }: Emulator, key: string): Promise<void> {
  const headers = { 'x-customer-id': 'cus-time' };
  const look = async () => json(await http.request(`/batches/${key}`, { headers })) as { counted?: boolean };
  while ((await look()).counted !== true) await sleep(50);
}

it('goes on after a sleep that is longer than every delay', async () => {
  await withEmulator({}, async (emulator) => {
    const before = Array.from({ length: 50 }, (_, index) => `before-${index}`);
    const answers = Promise.all(before.map((key) => post(emulator, key)));
    emulator.signal('SIGSTOP');
    await sleep((lookAgainSeconds + 2) * 1_000); // this is what the laptop does
    emulator.signal('SIGCONT');
    await answers;
    await post(emulator, 'after');
    for (const key of [...before, 'after']) await isCounted(emulator, key);
    expect(await countedRequests(emulator, 'cus-time')).toBe(51);
  });
});

it('counts exactly with a clock that jumps back and forth, also across a crash', async () => {
  const settings = {
    NODE_OPTIONS: `--import ${new URL('shifted-clock.mjs', import.meta.url).href}`,
    CLOCK_OFFSETS: '0,-7200,7200,0',
  };
  await withEmulator(settings, async (emulator) => {
    const keys: string[] = [];
    const send = async (when: string) => {
      for (let index = 0; index < 20; index++) {
        const key = `${when}-${index}`;
        await post(emulator, key);
        keys.push(key);
      }
    };
    await send('at first');
    emulator.signal('SIGUSR2');
    await send('two hours back');
    emulator.signal('SIGUSR2');
    await send('two hours ahead');
    await emulator.crash();
    await emulator.start();
    await send('after the crash');
    for (const key of keys) await isCounted(emulator, encodeURIComponent(key));
    expect(await countedRequests(emulator, 'cus-time')).toBe(keys.length);
  });
});
