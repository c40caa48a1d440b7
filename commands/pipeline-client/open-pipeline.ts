import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import * as z from 'zod';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { answerOrRetry, type FinalAnswer } from './answer-or-retry.ts';
import { parseCountingState, parseWaiting, type CountingState, type MinuteRange } from './counting-state.ts';
import { createHttpClient, type HttpAnswer, type HttpRequestOptions } from './http-client.ts';
import { realTiming, type Timing } from './timing.ts';

/** An entry as `POST /logs` takes it. */
export interface SentEntry {
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly status?: number;
}

/** The same key must always come with the same entries. */
export interface Batch {
  readonly idempotencyKey: string;
  /** At least one, and at most 2 MiB as lines of JSON. */
  readonly entries: readonly SentEntry[];
}

/**
 * What became of a batch: `accepted` now, or it is a `duplicate` of one that was accepted before, or its key belongs to
 * `other-entries`. In the first two cases it is counted, once; in the last nothing has changed.
 */
export type SendOutcome = 'accepted' | 'duplicate' | 'other-entries';

/** A running pipeline, as one customer's log shipper speaks with it. */
export interface Pipeline {
  /**
   * @throws BatchRefused  an answer that no repetition would change
   * @throws GaveUp        no answer, or only trouble, for too long
   */
  send(batch: Batch): Promise<SendOutcome>;
  /**
   * How many entries the batch with this key has; `undefined` where there is none.
   * @throws BatchRefused, GaveUp  as `send`
   */
  entriesOf(idempotencyKey: string): Promise<number | undefined>;
  /**
   * Asks what the counts of these minutes, at most 366 days, do not include yet.
   * @param retryForSeconds  how long this request is repeated
   * @throws BatchRefused, GaveUp  as `send`
   */
  countingOf(range: MinuteRange, retryForSeconds: number): Promise<CountingState>;
  close(): void;
}

export interface PipelineOptions {
  readonly url: URL;
  readonly customerId: CustomerId;
  /** In addition, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Requests at a time. */
  readonly concurrency: number;
  /** How long a request is repeated; may be `Infinity`. */
  readonly retryForSeconds: number;
  /** Once it is aborted, what fails is not repeated any more. */
  readonly signal?: AbortSignal;
  /** Called each time that a request will be repeated. */
  readonly onRetry?: (failure: string) => void;
  readonly timing?: Timing;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** The pipeline will not take it, however often it is repeated; the message has what it says. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';
  readonly status: number;

  constructor(url: URL, answer: HttpAnswer) {
    super(`${url.origin} answered ${answer.status}: ${explain(answer)}`);
    this.status = answer.status;
  }
}

const firstWaitMilliseconds = 250;
const maxWaitMilliseconds = 30_000;
const compress = promisify(gzip);
const batchSchema = z.object({ entries: z.int().min(1) });
const errorSchema = z.object({
  errorCode: z.string(),
  errorDescription: z.string(),
  details: z
    .array(z.object({ index: z.int().optional(), field: z.string().optional(), reason: z.string() }))
    .default([]),
});

export function openPipeline(options: PipelineOptions): Pipeline {
  const { url, customerId, headers = {}, concurrency, timing = realTiming, random = Math.random } = options;
  const http = createHttpClient(url, concurrency);
  // Half of the wait is a matter of chance, so that those who were refused together do not come back together.
  const backoff = (attempts: number) =>
    Math.min(firstWaitMilliseconds * 2 ** Math.min(attempts - 1, 16), maxWaitMilliseconds) *
    (0.5 + random() / 2);
  const request = async (
    path: string,
    request: HttpRequestOptions = {},
    retryForSeconds = options.retryForSeconds,
  ): Promise<FinalAnswer> => {
    const sent = { ...headers, 'x-customer-id': customerId, ...request.headers };
    return answerOrRetry(() => http.request(path, { ...request, headers: sent }), {
      ...options,
      retryForSeconds,
      timing,
      backoff,
    });
  };

  return {
    async send({ idempotencyKey, entries }) {
      const lines = entries.map((entry) => JSON.stringify(entry)).join('\n');
      // Most of what gzip can save, in a quarter of the time that its default level takes.
      const body = await compress(lines, { level: constants.Z_BEST_SPEED });
      const { answer } = await request('/logs', {
        method: 'POST',
        headers: {
          'idempotency-key': idempotencyKey,
          'content-type': 'application/x-ndjson',
          'content-encoding': 'gzip',
        },
        body,
      });
      switch (answer.status) {
        case 202:
          return answer.headers['idempotent-replayed'] === 'true' ? 'duplicate' : 'accepted';
        case 409:
          return 'duplicate';
        case 422:
          return 'other-entries';
        default:
          throw new BatchRefused(url, answer);
      }
    },

    async entriesOf(idempotencyKey) {
      const { answer } = await request(`/batches/${encodeURIComponent(idempotencyKey)}`);
      if (answer.status === 404) return undefined;
      const batch = answer.status === 200 ? batchSchema.safeParse(parseJson(answer.body)).data : undefined;
      if (batch === undefined) throw new BatchRefused(url, answer);
      return batch.entries;
    },

    async countingOf(range, retryForSeconds) {
      const read = async (path: string, from: number, to: number, parameters: Record<string, string>) => {
        // Of the keys, which are not looked at here, one is the fewest that can be asked for.
        const query = { from: isoMinute(from), to: isoMinute(to), top: '1', ...parameters };
        const target = `${path}?${new URLSearchParams(query).toString()}`;
        return (await request(target, {}, retryForSeconds)).answer;
      };
      const { from, to } = range;
      const answer = await read('/aggregates/total', from, to, {});
      const state = answer.status === 200 ? parseCountingState(parseJson(answer.body), answer) : undefined;
      if (state === undefined) throw new BatchRefused(url, answer);
      const { countedThrough, waiting, isComplete } = state;
      if (countedThrough === undefined || waiting !== undefined || isComplete) return state;
      const minutes = await read('/aggregates', from, from + 1, { window: 'minute', limit: '1' });
      const waitingForMinutes = minutes.status === 200 ? parseWaiting(parseJson(minutes.body)) : undefined;
      return { ...state, waitingForMinutes };
    },

    close: () => http.close(),
  };
}

/** What the pipeline says, or the start of what somebody else said in its place. */
function explain({ body }: HttpAnswer): string {
  const error = errorSchema.safeParse(parseJson(body)).data;
  if (error === undefined) return body.toString('utf8', 0, 300).replace(/\p{Cc}+/gu, ' ');
  const details = error.details.map(({ index, field, reason }) =>
    [index === undefined ? '' : `entry ${index}`, field ?? '', reason].filter(Boolean).join(' '),
  );
  return [`${error.errorCode} ${error.errorDescription}`, ...details].join('; ');
}

function isoMinute(minute: number): string {
  return `${new Date(minute * 60_000).toISOString().slice(0, 16)}:00Z`;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
