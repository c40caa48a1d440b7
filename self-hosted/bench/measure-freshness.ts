import { randomUUID } from 'node:crypto';
import type { HttpClient } from '../../client/http-client.ts';
import { batchOf, post, untilReadable } from './batches.ts';

export interface FreshnessFigures {
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

const entries = 20;

/** Measures how long after its 202 a batch can be read, with one batch at a time. */
export async function measureFreshness(client: HttpClient, probes: number): Promise<FreshnessFigures> {
  const times: number[] = [];
  for (let probe = 0; probe < probes; probe += 1) {
    const customerId = `fresh-${randomUUID().slice(0, 8)}`;
    await post(client, customerId, batchOf(entries));
    const acceptedAt = performance.now();
    await untilReadable(client, customerId, entries);
    times.push(performance.now() - acceptedAt);
  }
  times.sort((a, b) => a - b);
  const quantile = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  return { p50Milliseconds: quantile(0.5), p99Milliseconds: quantile(0.99) };
}
