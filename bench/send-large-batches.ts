import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ConnectionFailed, createHttpClient } from '../client/http-client.ts';
import { largestBatchBytes } from '../lib/domain/batch-limits.ts';
import type { RunningEmulator } from './emulator.ts';
import { createSampleTraffic } from './sample-traffic.ts';

/** Sends batches of the largest size at a steady rate, until it is stopped. */
export interface LargeBatches {
  /** Ends it when the last answer has arrived; returns the numbers of accepted batches and of others. */
  stop(): Promise<{ readonly accepted: number; readonly refused: number }>;
}

/** Starts to send this many batches per minute, compressed, each with entries of the present minutes under a key of its own. */
export function sendLargeBatches(emulator: RunningEmulator, perMinute: number): LargeBatches {
  const client = createHttpClient(emulator.baseUrl, 4);
  const body = gzipSync(createSampleTraffic(2).batchOf(largestBatchBytes, new Date(), 1).body);
  const stopping = new AbortController();
  const answered = { accepted: 0, refused: 0 };

  async function send(n: number): Promise<void> {
    const status = await post(n);
    answered[status === 202 ? 'accepted' : 'refused'] += 1;
  }

  /** Returns the status; `undefined` without an answer. */
  async function post(n: number): Promise<number | undefined> {
    const sent = client.request('/logs', {
      method: 'POST',
      headers: {
        'x-customer-id': 'cus-large',
        'content-type': 'application/gzip',
        'idempotency-key': `large-${n}`,
      },
      body,
    });
    const answer = await sent.catch((error: unknown) => {
      if (error instanceof ConnectionFailed) return undefined;
      throw error;
    });
    return answer?.status;
  }

  async function sendAll(): Promise<void> {
    const sending: Promise<void>[] = [];
    for (let n = 0; !stopping.signal.aborted; n++) {
      sending.push(send(n));
      await sleep(60_000 / perMinute);
    }
    await Promise.all(sending);
  }

  const sending = sendAll();
  return {
    async stop() {
      stopping.abort();
      await sending;
      client.close();
      return answered;
    },
  };
}
