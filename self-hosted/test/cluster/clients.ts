import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient, ConnectionFailed, type HttpClient } from '../../../client/http-client.ts';
import type { Ledger, SentBatch } from './ledger.ts';
import type { Random } from './random.ts';

const entriesPerBatch = 20;
/** Entries are of so many minutes before the start, and of older ones that take the late stream. */
const recentMinutes = 3;
const lateMinutes = 30;

export interface Traffic {
  readonly urls: readonly URL[];
  readonly ledger: Ledger;
  /** Customers whose entries are sent; nobody else sends theirs. */
  readonly customers: readonly string[];
  readonly random: Random;
  /** Entries are dated from here back. */
  readonly startedAt: number;
  /** Longest time between the answer to a batch and the next one. */
  readonly maxPauseMilliseconds: number;
  readonly stopping: AbortSignal;
}

/** A client that sends batches until it is stopped; the last one ends as it began. */
export type Client = (traffic: Traffic, name: string) => Promise<void>;

/** Repeats each batch until it is answered 202 or 409, at another address each time, and sends some once more. */
export const retryingClient: Client = async (traffic, name) => {
  const { random, stopping } = traffic;
  await sendAll(traffic, name, async (batch, clients) => {
    const twice = random.below(8) === 0;
    for (let attempt = 0; ; attempt += 1) {
      const status = await send(batch, clients[attempt % clients.length], traffic.ledger);
      if (status === 202 || status === 409) break;
      if (status !== undefined && status !== 503) throw new Error(`A batch was answered ${status}.`);
      await sleep(100 + random.below(200));
    }
    traffic.ledger.end(batch, { kind: 'accepted', at: Date.now() });
    if (twice && !stopping.aborted) await send(batch, clients[random.below(clients.length)], traffic.ledger);
  });
};

/** Sends each batch once. */
export const forgetfulClient: Client = async (traffic, name) => {
  await sendAll(traffic, name, async (batch, clients) => {
    const status = await send(batch, clients[traffic.random.below(clients.length)], traffic.ledger);
    const isAccepted = status === 202 || status === 409;
    traffic.ledger.end(batch, isAccepted ? { kind: 'accepted', at: Date.now() } : { kind: 'unknown' });
  });
};

async function sendAll(
  traffic: Traffic,
  name: string,
  sendOne: (batch: SentBatch, clients: readonly HttpClient[]) => Promise<void>,
): Promise<void> {
  const { urls, ledger, random, stopping, maxPauseMilliseconds } = traffic;
  const clients = urls.map((url) => createHttpClient(url, 4));
  try {
    for (let count = 0; !stopping.aborted; count += 1) {
      const batch = newBatch(`${name}-${count}`, traffic);
      ledger.begin(batch);
      await sendOne(
        batch,
        clients.slice(count % clients.length).concat(clients.slice(0, count % clients.length)),
      );
      await sleep(random.below(maxPauseMilliseconds));
    }
  } finally {
    for (const client of clients) client.close();
  }
}

function newBatch(key: string, { random, customers, startedAt }: Traffic): SentBatch {
  const customerId = oneOf(customers, random.below(customers.length));
  const counts = new Map<string, number>();
  const isLate = random.below(5) === 0;
  const entries = Array.from({ length: entriesPerBatch }, () => {
    const minutesAgo = isLate ? 120 + random.below(lateMinutes) : random.below(recentMinutes);
    const receivedAt = new Date(startedAt - minutesAgo * 60_000).toISOString();
    const path = `/p${random.below(6)}`;
    const cell = `${receivedAt.slice(0, 16)} GET ${path}`;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    return { receivedAt, method: 'GET', path, userAgent: 'curl/8.0', status: 200 };
  });
  return { customerId, key, counts, entries: entries.length, body: JSON.stringify(entries) };
}

/** Returns a customer of a list that goes round. */
export function oneOf(customers: readonly string[], place: number): string {
  const customerId = customers[place % customers.length];
  if (customerId === undefined) throw new Error('There are no customers.');
  return customerId;
}

/** Sends a batch; returns the status, or `undefined` if no answer came. */
async function send(
  { customerId, key, body }: SentBatch,
  client: HttpClient | undefined,
  ledger: Ledger,
): Promise<number | undefined> {
  if (client === undefined) throw new Error('There is no address to send to.');
  const headers = { 'x-customer-id': customerId, 'idempotency-key': key, 'content-type': 'application/json' };
  const at = Date.now();
  const note = (status: string, hasRetryAfter: boolean) =>
    ledger.answered({ at, seconds: (Date.now() - at) / 1_000, status, hasRetryAfter });
  try {
    const answer = await client.request('/logs', { method: 'POST', headers, body });
    note(String(answer.status), answer.headers['retry-after'] !== undefined);
    return answer.status;
  } catch (error) {
    if (!(error instanceof ConnectionFailed)) throw error;
    note('none', false);
    return undefined;
  }
}
