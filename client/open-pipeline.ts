import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { answerOrRetry, type FinalAnswer } from './answer-or-retry.ts';
import { backlogOf } from './backlog.ts';
import type { BatchAnswer, Entry, PathCounts, PathWindow, Window } from './contract.ts';
import { parseCountingState, parseWaiting, type CountingState, type MinuteRange } from './counting-state.ts';
import { createHttpClient, type HttpAnswer, type HttpRequestOptions } from './http-client.ts';
import { readBatchAnswer, readPathPage, readPathWindowPage, readWindowPage } from './read-answers.ts';
import { readJson } from './read-json.ts';
import { RequestRefused } from './request-refused.ts';
import { realTiming, type Timing } from './timing.ts';

/** Entries to send together. The same key must always come with the same entries. */
export interface Batch {
  /** 1–255 printable ASCII characters. */
  readonly idempotencyKey: string;
  /** At least one; as lines of JSON at most what the pipeline takes at a time (16 MiB by default). */
  readonly entries: readonly Readonly<Entry>[];
}

/**
 * The outcome of a batch: `accepted` now, or a `duplicate` of one that was accepted before, or its key belongs to
 * `other-entries`. In the first two cases it is counted, once; in the last one nothing has changed.
 */
export type SendOutcome = 'accepted' | 'duplicate' | 'other-entries';

/** The windows to read: `from ≤ windowStart < to`. */
export interface WindowQuery {
  readonly window: 'minute' | 'hour' | 'day';
  readonly from: Date;
  readonly to: Date;
}

/** The windows of one path to read. */
export interface PathWindowQuery extends WindowQuery {
  /** A method, a space and a path, or a path that begins with `/` for any method. */
  readonly path: string;
}

/** The paths to list: those of the minutes with `from ≤ minute < to`. */
export interface PathsQuery {
  readonly from: Date;
  readonly to: Date;
  /** Only paths that contain this, in upper or lower case. */
  readonly search?: string | undefined;
  /** The value whose largest come first; `requests` by default. */
  readonly sort?: 'requests' | 'errors' | 'bytes' | 'meanMs' | undefined;
}

/** A running pipeline, as one customer's log shipper sees it. */
export interface Pipeline {
  /**
   * Sends a batch, compressed, until it is answered.
   * @throws RequestRefused  an answer that no repetition would change
   * @throws NotRunning      nothing listens at the address
   * @throws GaveUp          the pipeline did not answer, or only failed, for too long
   */
  send(batch: Batch): Promise<SendOutcome>;
  /**
   * Finds what was stored under an idempotency key or a batch id, and whether all of its minutes count it; `undefined`
   * where there is no such batch.
   * @throws RequestRefused, NotRunning, GaveUp  as `send`
   */
  findBatch(batchId: string): Promise<BatchAnswer | undefined>;
  /**
   * Asks what the counts of these minutes, at most 366 days, do not include yet.
   * @param retryForSeconds  repeats this request for at most this long
   * @throws RequestRefused, NotRunning, GaveUp  as `send`
   */
  countingOf(range: MinuteRange, retryForSeconds?: number): Promise<CountingState>;
  /**
   * Reads the windows of a range in time order, page by page.
   * @throws RequestRefused, NotRunning, GaveUp  as `send`
   */
  windows(query: WindowQuery): AsyncGenerator<Window>;
  /**
   * Reads the windows of a range in which a path has requests, with its counts alone, in time order, page by page.
   * @throws RequestRefused, NotRunning, GaveUp  as `send`
   */
  pathWindows(query: PathWindowQuery): AsyncGenerator<PathWindow>;
  /**
   * Lists the paths of a range of at most 3,660 days with their counts, page by page, largest first. Read
   * `GET /aggregates/paths` yourself for what the answer says besides: `folded`, `complete` and `countedThrough`.
   * @throws RequestRefused, NotRunning, GaveUp  as `send`
   */
  paths(query: PathsQuery): AsyncGenerator<PathCounts>;
  /**
   * Returns how many records of all customers wait to be counted; `undefined` where the pipeline does not say, such as one
   * that is deployed.
   * @throws NotRunning, GaveUp  as `send`
   */
  backlog(): Promise<number | undefined>;
  close(): void;
}

export interface PipelineOptions {
  readonly url: URL | string;
  /** The customer that the traffic belongs to. A pipeline that uses API keys takes the key's customer instead. */
  readonly customerId: string;
  /**
   * Treatment of invalid entries: `reject` refuses their batch, `set-aside` counts its valid entries. By default the
   * pipeline decides. `findBatch` reports which entries were rejected.
   */
  readonly invalid?: 'reject' | 'set-aside' | undefined;
  /** Additional headers, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Requests at a time; 4 by default. */
  readonly concurrency?: number | undefined;
  /** Repeats a request for at most this long, 300 by default; may be `Infinity`. */
  readonly retryForSeconds?: number | undefined;
  /** Waits this long for a first answer while nothing listens there; by default `retryForSeconds`. */
  readonly waitForStartSeconds?: number | undefined;
  /** Once this signal is aborted, a request that fails is not repeated any more. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each repetition of a request. */
  readonly onRetry?: ((failure: string) => void) | undefined;
  readonly timing?: Timing | undefined;
  /** Returns a number from 0 to below 1. */
  readonly random?: (() => number) | undefined;
}

const firstWaitMilliseconds = 250;
const maxWaitMilliseconds = 30_000;
const compress = promisify(gzip);

/** Opens connections to a pipeline for one customer, with retries and without any state on disk. */
export function openPipeline(options: PipelineOptions): Pipeline {
  const { customerId, headers = {}, concurrency = 4, timing = realTiming, random = Math.random } = options;
  const { signal, onRetry, invalid } = options;
  const url = new URL(options.url);
  const http = createHttpClient(url, concurrency);
  let hasAnswered = false;
  // Half of the wait is random, so that clients that were refused together do not come back together.
  const backoff = (attempts: number) =>
    Math.min(firstWaitMilliseconds * 2 ** Math.min(attempts - 1, 16), maxWaitMilliseconds) *
    (0.5 + random() / 2);
  const request = async (
    path: string,
    request: HttpRequestOptions = {},
    retryForSeconds = options.retryForSeconds ?? 300,
  ): Promise<FinalAnswer> => {
    const sent = { ...headers, 'x-customer-id': customerId, ...request.headers };
    const attempt = async () => {
      const answer = await http.request(path, { ...request, headers: sent });
      hasAnswered = true;
      return answer;
    };
    const waitForStartSeconds = hasAnswered ? undefined : options.waitForStartSeconds;
    return answerOrRetry(attempt, { retryForSeconds, waitForStartSeconds, timing, backoff, signal, onRetry });
  };

  /** Reads all pages of a list. */
  async function* pages<Page extends { readonly nextToken?: string }>(
    path: string,
    query: Readonly<Record<string, string>>,
    read: (answer: HttpAnswer) => Page | undefined,
  ): AsyncGenerator<Page> {
    for (let token: string | undefined = ''; token !== undefined;) {
      const parameters = new URLSearchParams({ ...query, ...(token && { nextToken: token }) });
      const { answer } = await request(`${path}?${parameters.toString()}`);
      const page = read(answer);
      if (page === undefined) throw new RequestRefused(url, answer);
      yield page;
      token = page.nextToken;
    }
  }

  return {
    async send({ idempotencyKey, entries }) {
      const lines = entries.map((entry) => JSON.stringify(entry)).join('\n');
      // Saves most of what gzip can, in a quarter of the time of its default level.
      const body = await compress(lines, { level: constants.Z_BEST_SPEED });
      const { answer } = await request('/logs', {
        method: 'POST',
        headers: {
          'idempotency-key': idempotencyKey,
          'content-type': 'application/x-ndjson',
          'content-encoding': 'gzip',
          ...(invalid !== undefined && { 'x-invalid-entries': invalid }),
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
          throw new RequestRefused(url, answer);
      }
    },

    async findBatch(batchId) {
      const { answer } = await request(`/batches/${encodeURIComponent(batchId)}`);
      if (answer.status === 404) return undefined;
      const batch = readBatchAnswer(answer);
      if (batch === undefined) throw new RequestRefused(url, answer);
      return batch;
    },

    async countingOf(range, retryForSeconds) {
      const read = async (path: string, from: number, to: number, parameters: Record<string, string>) => {
        // The keys are not used here, and 1 is the smallest `top`.
        const query = { from: isoMinute(from), to: isoMinute(to), top: '1', ...parameters };
        const target = `${path}?${new URLSearchParams(query).toString()}`;
        return (await request(target, {}, retryForSeconds)).answer;
      };
      const { from, to } = range;
      const answer = await read('/aggregates/total', from, to, {});
      const state = answer.status === 200 ? parseCountingState(readJson(answer), answer) : undefined;
      if (state === undefined) throw new RequestRefused(url, answer);
      const { countedThrough, waiting, isComplete } = state;
      if (countedThrough === undefined || waiting !== undefined || isComplete) return state;
      const minutes = await read('/aggregates', from, from + 1, { window: 'minute', limit: '1' });
      const waitingForMinutes = minutes.status === 200 ? parseWaiting(readJson(minutes)) : undefined;
      return { ...state, waitingForMinutes };
    },

    async *windows({ window, from, to }) {
      const query = { window, from: from.toISOString(), to: to.toISOString() };
      for await (const { windows } of pages('/aggregates', query, readWindowPage)) yield* windows;
    },

    async *pathWindows({ window, from, to, path }) {
      const query = { window, from: from.toISOString(), to: to.toISOString(), path };
      for await (const { windows } of pages('/aggregates', query, readPathWindowPage)) yield* windows;
    },

    async *paths({ from, to, search, sort }) {
      const query = {
        from: from.toISOString(),
        to: to.toISOString(),
        limit: '1000',
        ...(search !== undefined && { search }),
        ...(sort !== undefined && { sort }),
      };
      for await (const { paths } of pages('/aggregates/paths', query, readPathPage)) yield* paths;
    },

    async backlog() {
      const { answer } = await request('/metrics');
      return answer.status === 200 ? backlogOf(answer.body.toString()) : undefined;
    },

    close: () => http.close(),
  };
}

function isoMinute(minute: number): string {
  return `${new Date(minute * 60_000).toISOString().slice(0, 16)}:00Z`;
}
