import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '../../client/http-client.ts';
import { readTotal } from '../test/cluster/read-counts.ts';

/** Returns the body of a batch of the last three minutes. */
export function batchOf(size: number): string {
  const minute = Date.now() - 120_000;
  const lines = Array.from({ length: size }, (_, at) => {
    const receivedAt = new Date(minute + (at % 3) * 60_000).toISOString();
    return { receivedAt, method: 'GET', path: `/p/${at % 50}`, userAgent: 'curl/8.0', status: 200 };
  });
  return JSON.stringify(lines);
}

/** Sends a batch under a new key, and repeats it until it is accepted. */
export async function post(client: HttpClient, customerId: string, body: string): Promise<void> {
  const headers = {
    'x-customer-id': customerId,
    'idempotency-key': randomUUID(),
    'content-type': 'application/json',
  };
  for (;;) {
    const { status } = await client.request('/logs', { method: 'POST', headers, body });
    if (status === 202 || status === 409) return;
    if (status !== 503) throw new Error(`A batch was answered ${status}.`);
    await sleep(100);
  }
}

/** Resolves when so many requests of a customer can be read. */
export async function untilReadable(client: HttpClient, customerId: string, requests: number): Promise<void> {
  const instant = (time: number) => new Date(time).toISOString().replace(/:\d\d\.\d+/, ':00');
  for (;;) {
    const range = { from: instant(Date.now() - 3_600_000), to: instant(Date.now() + 60_000) };
    if ((await readTotal(client, customerId, range))?.requests === requests) return;
    await sleep(10);
  }
}
