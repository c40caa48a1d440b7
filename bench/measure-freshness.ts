import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { RunningEmulator } from './emulator.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { createHttpClient } from '../client/http-client.ts';
import { quantile } from './statistics.ts';

/** Number of customers, so that no window has more paths than are kept. */
export const customers = 10;
export const entriesPerBatch = 20;

/**
 * The moment from which the time until a batch is counted is measured: when its 202 was read, or when it was sent.
 */
export type Since = 'answer' | 'request';

export const freshnessHeadings = [
  'batches seen',
  'sent/s',
  'p50 ms',
  'p90 ms',
  'p99 ms',
  'at most ms',
  'refused',
  'not seen',
];

/** The figures leave out the first seconds. */
export const warmUpSeconds = 3;
/** Time between two looks at a customer, to which the figures are rounded up. */
const pollMilliseconds = 50;
const giveUpSeconds = 30;
const pageSchema = z.object({
  windows: z.array(z.object({ requestsByPath: z.record(z.string(), z.number()) })),
});

/**
 * Sends batches with current timestamps at a steady rate and looks for each: measures the time from its 202, or from
 * its request, until its count can be read. Every batch has its own path, so that it can be found.
 * @param prefix  prefix of the customers, so that several runs do not mix
 * @returns a row for `freshnessHeadings`
 */
export async function measureFreshness(
  emulator: RunningEmulator,
  prefix: string,
  seconds: number,
  batchesPerSecond: number,
  since: Since = 'answer',
): Promise<(string | number)[]> {
  const sending = createHttpClient(emulator.baseUrl, 64);
  const reading = createHttpClient(emulator.baseUrl, customers);
  const traffic = createSampleTraffic(1);
  /** Batches that were not seen yet, by customer: when the batch of each path was answered. */
  const awaited = Array.from({ length: customers }, () => new Map<string, number>());
  const freshness: number[] = [];
  let sent = 0;
  let refused = 0;

  async function send(batch: number): Promise<void> {
    const customer = batch % customers;
    const now = new Date();
    const sentAt = performance.now();
    const path = `/batch/${batch}`;
    const entries = traffic.entries(entriesPerBatch - 1, now, 0);
    const { status } = await sending.request('/logs', {
      method: 'POST',
      headers: {
        'x-customer-id': `${prefix}-${customer}`,
        'content-type': 'application/json',
        'idempotency-key': `${prefix}-${batch}`,
      },
      body: JSON.stringify([...entries, { ...traffic.entry(now), method: 'GET', path }]),
    });
    sent += 1;
    const from = since === 'request' ? sentAt : performance.now();
    if (status === 202) awaited[customer]?.set(`GET ${path}`, from);
    else refused += 1;
  }

  async function look(customer: number): Promise<void> {
    const waiting = awaited[customer];
    if (waiting === undefined || waiting.size === 0) return;
    const from = new Date(Date.now() - 2 * 60_000).toISOString();
    const to = new Date(Date.now() + 60_000).toISOString();
    const path = `/aggregates?${new URLSearchParams({ window: 'minute', from, to }).toString()}`;
    const answer = await reading.request(path, {
      headers: { 'x-customer-id': `${prefix}-${customer}` },
    });
    const seenAt = performance.now();
    for (const { requestsByPath } of pageSchema.parse(JSON.parse(answer.body.toString())).windows) {
      for (const key of Object.keys(requestsByPath)) {
        const answeredAt = waiting.get(key);
        if (answeredAt === undefined) continue;
        waiting.delete(key);
        if (seenAt - startedAt > warmUpSeconds * 1_000) freshness.push(seenAt - answeredAt);
      }
    }
  }

  const startedAt = performance.now();
  let isSending = true;
  async function watch(customer: number): Promise<void> {
    const isDone = () => !isSending && awaited[customer]?.size === 0;
    const isOver = () => performance.now() - startedAt > (warmUpSeconds + seconds + giveUpSeconds) * 1_000;
    while (!isDone() && !isOver()) {
      await look(customer);
      await sleep(pollMilliseconds);
    }
  }
  const watching = Promise.all(Array.from({ length: customers }, (_, customer) => watch(customer)));
  try {
    const running: Promise<void>[] = [];
    for (let batch = 0; batch < (warmUpSeconds + seconds) * batchesPerSecond; batch++) {
      // It sends by the clock, however long answers take: a client that waited would hide the lag of the pipeline.
      const due = startedAt + (batch / batchesPerSecond) * 1_000;
      if (due > performance.now()) await sleep(due - performance.now());
      running.push(send(batch));
    }
    await Promise.all(running);
    const achieved = sent / ((performance.now() - startedAt) / 1_000);
    isSending = false;
    await watching;
    return [
      freshness.length,
      achieved.toFixed(0),
      ...[0.5, 0.9, 0.99, 1].map((share) => quantile(freshness, share).toFixed(0)),
      refused,
      awaited.reduce((sum, { size }) => sum + size, 0),
    ];
  } finally {
    sending.close();
    reading.close();
  }
}
