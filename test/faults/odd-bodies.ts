import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { HttpClient } from '../../client/http-client.ts';
import type { Timing } from '../../client/timing.ts';
import { anyBytes, batches, damagedBatches, type SentBody } from '../handlers/any-body/bodies.ts';
import type { Load } from './load.ts';
import { sendUntilAnswered } from './send-until-answered.ts';
import { startSenders, type Senders } from './senders.ts';

/** A body that was sent, and whether it was taken. */
export interface SentOddBody {
  readonly customerId: string;
  readonly batchId: string;
  readonly body: SentBody;
  /** Otherwise it was refused, for good. */
  readonly isAccepted: boolean;
}

export interface OddBodiesOptions {
  readonly baseUrl: URL;
  /** What the ids of its customer and batches begin with. */
  readonly name: string;
  readonly seed: number;
}

const maxBodies = 500;
/** One for so many batches of the others, so that there is one at each fault. */
const acceptedForEach = 4;
const refusedForGood = new Set([400, 413, 415]);

/**
 * A client that sends what is right or wrong in the ways that parsers get wrong, each until it is answered. To be stopped
 * after the load has ended.
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
