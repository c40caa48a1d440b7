import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { HttpClient } from '../../client/http-client.ts';
import type { Timing } from '../../client/timing.ts';
import { anyBytes, batches, damagedBatches, type SentBody } from '../handlers/any-body/bodies.ts';
import type { Load } from './load.ts';
import { sendUntilAnswered } from './send-until-answered.ts';
import { startSenders, type Senders } from './senders.ts';

/** A body that was sent, and whether it was accepted. */
export interface SentOddBody {
  readonly customerId: string;
  readonly batchId: string;
  readonly body: SentBody;
  /** If false, it was refused for good. */
  readonly isAccepted: boolean;
}

export interface OddBodiesOptions {
  readonly baseUrl: URL;
  /** Prefix of the ids of its customer and batches. */
  readonly name: string;
  readonly seed: number;
}

const maxBodies = 500;
/** One odd body per this many batches of the others, so that there is one at each fault. */
const acceptedForEach = 4;
const refusedForGood = new Set([400, 413, 415]);

/**
 * Starts a client that sends valid and invalid bodies of kinds that parsers get wrong, each until it is answered.
 * Stop it after the load has ended.
 */
export function startOddBodies(load: Load, { baseUrl, name, seed }: OddBodiesOptions): Senders<SentOddBody> {
  return startSenders<SentOddBody>(baseUrl, 1, async ({ http, timing, over, sent }) => {
    const bodies = fc.sample(fc.oneof(batches, damagedBatches, anyBytes), { seed, numRuns: maxBodies });
    for (const [number, body] of bodies.entries()) {
      await load.until(({ accepted }) => accepted >= number * acceptedForEach);
      if (over.aborted) return;
      const unsent = { customerId: `${name}-odd`, batchId: `${name}-odd-${number}`, body };
      const isAccepted = await isTaken(unsent, number % 2 === 0, http, timing);
      sent.push({ ...unsent, isAccepted });
    }
  });
}

async function isTaken(
  { customerId, batchId, body: { bytes, isLines } }: Omit<SentOddBody, 'isAccepted'>,
  isCompressed: boolean,
  http: HttpClient,
  timing: Timing,
): Promise<boolean> {
  const post = () =>
    http.request('/logs', {
      method: 'POST',
      headers: {
        'x-customer-id': customerId,
        'idempotency-key': batchId,
        'content-type': isLines ? 'application/x-ndjson' : 'application/json',
        'content-encoding': isCompressed ? 'gzip' : 'identity',
      },
      body: isCompressed ? gzipSync(bytes) : bytes,
    });
  const { answer, attempts } = await sendUntilAnswered(batchId, post, timing);
  if (answer.status === 202 || (answer.status === 409 && attempts > 1)) return true;
  if (refusedForGood.has(answer.status)) return false;
  throw new Error(`${batchId} was answered with ${answer.status} at attempt ${attempts}.`);
}
