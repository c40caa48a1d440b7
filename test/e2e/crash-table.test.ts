import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { ConnectionFailed } from '../../commands/pipeline-client/http-client.ts';
import { Emulator } from './emulator.ts';
import { countedWindows, entry, json, postLogs } from './requests.ts';

/** Looked at soon, but not before the first emission could have been made. */
const env = { VERIFY_AFTER_SECONDS: '6', VERIFY_AGAIN_SECONDS: '20' };

/** An operation of the local store at which the emulator dies. */
interface Crash {
  readonly at: string;
  /** Which of these operations, from 1. */
  readonly nth?: number;
}

interface Row {
  readonly name: string;
  /** One start each. The batch is sent after the first; the later ones find what the earlier ones left. */
  readonly crashes: readonly Crash[];
  readonly isStored: boolean;
}

const lostEmission: Crash = { at: 'after put object batches/' };

const rows: readonly Row[] = [
  { name: 'before the intent', crashes: [{ at: 'before hold batches/' }], isStored: false },
  { name: 'between the intent and the batch', crashes: [{ at: 'after hold batches/' }], isStored: false },
  { name: 'after the batch, before it is emitted', crashes: [lostEmission], isStored: true },
  { name: 'between the two streams of a batch', crashes: [{ at: 'after append insights' }], isStored: true },
  { name: 'after the second of its streams', crashes: [{ at: 'after append late' }], isStored: true },
  {
    name: 'before a window is written',
    crashes: [{ at: 'before put object aggregates/minute/' }],
    isStored: true,
  },
  {
    name: 'after a window is written',
    crashes: [{ at: 'after put object aggregates/minute/' }],
    isStored: true,
  },
  {
    name: 'after the second window',
    crashes: [{ at: 'after put object aggregates/minute/', nth: 2 }],
    isStored: true,
  },
  { name: 'before the checkpoint', crashes: [{ at: 'before checkpoint insights' }], isStored: true },
  { name: 'after the checkpoint', crashes: [{ at: 'after checkpoint insights' }], isStored: true },
  {
    name: 'before verify emits again',
    crashes: [lostEmission, { at: 'before append insights' }],
    isStored: true,
  },
  {
    name: 'after verify emits again',
    crashes: [lostEmission, { at: 'after append insights' }],
    isStored: true,
  },
  {
    name: 'before what verify emitted is in its window',
    crashes: [lostEmission, { at: 'before put object aggregates/minute/' }],
    isStored: true,
  },
  { name: 'before verify is done', crashes: [{ at: 'before delete messages verify' }], isStored: true },
  { name: 'after verify is done', crashes: [{ at: 'after delete messages verify' }], isStored: true },
  {
    name: 'between an hour and its day',
    crashes: [{ at: 'after put object aggregates/hour/' }],
    isStored: true,
  },
  { name: 'before a roll-up is done', crashes: [{ at: 'before delete messages roll-up' }], isStored: true },
];

describe.each(rows)('killed $name', ({ name, crashes, isStored }) => {
  // One each, so that nothing is left in it of another row that could reach the operation.
  const emulator = new Emulator({ env });
  afterAll(() => emulator.remove());
  const customerId = `cus-${name.replaceAll(/\W/g, '-')}`;
  const late = { ...entry, receivedAt: '2025-12-28T18:03:07Z' };
  const batch = { customerId, headers: { 'idempotency-key': 'the-batch' } };
  let body: object[];

  it('counts what it had stored, once and with nobody’s help', async () => {
    // One window of now and one of long ago, so that both streams have a part in it.
    body = [{ ...entry, receivedAt: new Date().toISOString() }, late, late];
    for (const [index, { at, nth = 1 }] of crashes.entries()) {
      const crashAt = new URL('crash-at.mjs', import.meta.url).href;
      const armed = { NODE_OPTIONS: `--import ${crashAt}`, CRASH_AT: at, CRASH_NTH: String(nth) };
      if (index === 0) {
        await emulator.start(armed);
        await sendOnce();
      } else {
        await emulator.launch(armed); // what it finds may end it before it answers
      }
      expect((await emulator.ended).exitCode).toBeNull();
    }
    await emulator.start();
    if (isStored) await isCounted();
    expect(await state()).toMatchObject(isStored ? { counted: true } : { errorCode: 'QRY_1001' });
    await expectCounted(isStored ? 1 : 0);
    if (isStored) await isRolledUp();
    expect(await requestsIn('hour')).toEqual(isStored ? [2, 1] : []);
    expect(await requestsIn('day')).toEqual(isStored ? [2, 1] : []);
  });

  it('counts it once when the client repeats it after all', async () => {
    expect((await postLogs(emulator, { ...batch, body })).status).toBe(isStored ? 409 : 202);
    await isCounted();
    await expectCounted(1);
  });

  async function sendOnce(): Promise<void> {
    try {
      await postLogs(emulator, { ...batch, body });
    } catch (error) {
      if (!(error instanceof ConnectionFailed)) throw error;
    }
  }

  async function state(): Promise<Record<string, unknown>> {
    const headers = { 'x-customer-id': customerId };
    return json(await emulator.http.request('/batches/the-batch', { headers })) as Record<string, unknown>;
  }

  async function isCounted(): Promise<void> {
    while ((await state()).counted !== true) await sleep(50);
  }

  async function isRolledUp(): Promise<void> {
    while ((await requestsIn('day')).length < 2) await sleep(50);
  }

  async function requestsIn(window: 'minute' | 'hour' | 'day'): Promise<number[]> {
    const to = new Date(Date.now() + 60_000).toISOString();
    const query = new URLSearchParams({ window, from: '2025-12-28T00:00:00Z', to }).toString();
    const headers = { 'x-customer-id': customerId };
    const page = json(await emulator.http.request(`/aggregates?${query}`, { headers })) as {
      windows: { requests: number }[];
    };
    return page.windows.map(({ requests }) => requests);
  }

  async function expectCounted(times: 0 | 1): Promise<void> {
    await countedWindows(emulator, customerId);
    expect(await requestsIn('minute')).toEqual(times === 0 ? [] : [2, 1]);
  }
});
