import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ConnectionFailed, createHttpClient } from '../../commands/pipeline-client/http-client.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { useEmulator } from './emulator.ts';
import { countedWindows, entry, json, metric } from './requests.ts';

const emulator = useEmulator({ env: { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: '20' } });
const customerId = 'cus-crash';
const seed = 11;
const rounds = 4;
const clients = 16;

interface Sent {
  readonly batchId: string;
  readonly entries: number;
  readonly isAcknowledged: boolean;
}

it('counts every stored batch once, with clients that never retry, however often it is killed', async () => {
  const random = randomNumbers(seed);
  const sent: Sent[] = [];
  for (let round = 0; round < rounds; round++) {
    const answersBeforeTheCrash = 20 + Math.floor(random() * 300);
    let answers = 0;
    let crashing: Promise<void> | undefined;
    const http = createHttpClient(emulator.baseUrl, clients);
    const sendUntilDead = async (client: number): Promise<void> => {
      for (let batch = 0; ; batch++) {
        const batchId = `${round}-${client}-${batch}`;
        const entries = 1 + (batch % 5);
        const isAcknowledged = await send(http, batchId, entries);
        sent.push({ batchId, entries, isAcknowledged });
        if (!isAcknowledged) return;
        answers += 1;
        if (answers === answersBeforeTheCrash) crashing = emulator.crash();
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, client) => sendUntilDead(client)));
    await crashing;
    http.close();
    await emulator.start();
  }

  const stored: Sent[] = [];
  for (const each of sent) {
    const state = await stateOf(each.batchId);
    if (state !== undefined) stored.push(each);
    expect(each.isAcknowledged && state === undefined, `${each.batchId} was acknowledged and is gone`).toBe(
      false,
    );
  }
  // Nobody sends anything any more: what is missing now is found by looking at what is stored.
  for (const { batchId } of stored) {
    while ((await stateOf(batchId))?.counted !== true) await sleep(50);
  }
  const windows = await countedWindows(emulator, customerId);
  const expected = stored.reduce((sum, { entries }) => sum + entries, 0);
  expect(windows.reduce((sum, { requests }) => sum + requests, 0)).toBe(expected);
  expect(windows.reduce((sum, window) => sum + (window.batches ?? 0), 0)).toBe(stored.length);
  expect(await metric(emulator, 'log_analytics_batches_overdue_total')).toBe(0);
});

async function send(
  http: ReturnType<typeof createHttpClient>,
  batchId: string,
  entries: number,
): Promise<boolean> {
  try {
    const { status } = await http.request('/logs', {
      method: 'POST',
      headers: {
        'x-customer-id': customerId,
        'idempotency-key': batchId,
        'content-type': 'application/json',
      },
      body: JSON.stringify(Array.from({ length: entries }, () => entry)),
    });
    expect(status).toBe(202);
    return true;
  } catch (error) {
    if (error instanceof ConnectionFailed) return false;
    throw error;
  }
}

async function stateOf(batchId: string): Promise<{ counted: boolean } | undefined> {
  const answer = await emulator.http.request(`/batches/${batchId}`, {
    headers: { 'x-customer-id': customerId },
  });
  return answer.status === 404 ? undefined : (json(answer) as { counted: boolean });
}
