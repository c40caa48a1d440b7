import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createHttpClient } from '../client/http-client.ts';
import { largestBatchBytes } from '../lib/domain/batch-limits.ts';
import type { RunningEmulator } from './emulator.ts';
import { createSampleTraffic } from './sample-traffic.ts';

/** Sends batches of the largest size at a steady rate, until it is stopped. */
export interface LargeBatches {
  /** Ends it when the last answer has arrived; returns the numbers of accepted and of refused batches. */
  stop(): Promise<{ readonly accepted: number; readonly refused: number }>;
}

/** Starts to send this many batches per minute, compressed, each with entries of the present minutes under a key of its own. */
export function sendLargeBatches(emulator: RunningEmulator, perMinute: number): LargeBatches {
  const client = createHttpClient(emulator.baseUrl, 4);
  const body = gzipSync(createSampleTraffic(2).batchOf(largestBatchBytes, new Date(), 1).body);
  let isStopped = false;
  const answered = { accepted: 0, refused: 0 };

  async function send(n: number): Promise<void> {
    const { status } = await client.request('/logs', {
      method: 'POST',
      headers: {
        'x-customer-id': 'cus-large',
        'content-type': 'application/gzip',
        'idempotency-key': `large-${n}`,
      },
      body,
    });
    answered[status === 202 ? 'accepted' : 'refused'] += 1;
  }

  async function sendAll(): Promise<void> {
    const sending: Promise<void>[] = [];
    for (let n = 0; !isStopped; n++) {
      sending.push(send(n));
      await sleep(60_000 / perMinute);
    }
    await Promise.all(sending);
  }

  const sending = sendAll();
  return {
    async stop() {
      isStopped = true;
      await sending;
      client.close();
      return answered;
    },
  };
}
