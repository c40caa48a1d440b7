import { describe, expect, it, onTestFinished } from 'vitest';
import { GaveUp, NotRunning } from '../../client/answer-or-retry.ts';
import { eachConcurrently } from '../../client/each-concurrently.ts';
import { openPipeline, type Batch, type SendOutcome } from '../../client/open-pipeline.ts';
import { RequestRefused } from '../../client/request-refused.ts';
import { customer } from '../factories.ts';
import { answeringServer, type Answer } from '../answering-server.ts';

const entry = { receivedAt: '2025-12-28T18:03:07Z', method: 'GET', path: '/', userAgent: 'curl/8.0' };
const batch = (idempotencyKey: string): Batch => ({ idempotencyKey, entries: [entry, entry] });

/** A clock that only moves when somebody waits. */
function stoppedTiming() {
  let now = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    wait(milliseconds: number) {
      waits.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

async function pipelineThatAnswers(...answers: readonly Answer[]) {
  let next = 0;
  const server = await answeringServer(
    () => answers[Math.min(next++, answers.length - 1)] ?? { status: 500 },
  );
  const timing = stoppedTiming();
  const failures: string[] = [];
  const pipeline = openPipeline({
    url: server.url,
    customerId: customer(),
    headers: { authorization: 'Bearer s3cret' },
    concurrency: 2,
    retryForSeconds: 60,
    onRetry: (failure) => failures.push(failure),
    timing,
    random: () => 0,
  });
  return { ...server, timing, failures, pipeline };
}

describe('a pipeline', () => {
  it('is sent compressed lines of JSON with the key, the customer and the given headers', async () => {
    const { pipeline, received } = await pipelineThatAnswers({ status: 202 });
    expect(await pipeline.send(batch('k-1'))).toBe('accepted');
    expect(received).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/logs',
        body: `${JSON.stringify(entry)}\n${JSON.stringify(entry)}`,
        headers: expect.objectContaining({
          'idempotency-key': 'k-1',
          'x-customer-id': 'cus-axon',
          'content-type': 'application/x-ndjson',
          'content-encoding': 'gzip',
          authorization: 'Bearer s3cret',
        }) as unknown,
      }),
    ]);
  });

  it('tells the pipeline how to treat invalid entries if the caller wants it', async () => {
    const { url, received } = await pipelineThatAnswers({ status: 202 });
    const pipeline = openPipeline({ url, customerId: customer(), invalid: 'set-aside' });
    onTestFinished(() => pipeline.close());
    await pipeline.send(batch('k-1'));
    expect(received[0]?.headers).toMatchObject({ 'x-invalid-entries': 'set-aside' });
  });

  it.each<[Answer, SendOutcome]>([
    [{ status: 409 }, 'duplicate'],
    [{ status: 202, headers: { 'idempotent-replayed': 'true' } }, 'duplicate'],
    [{ status: 422 }, 'other-entries'],
  ])('that answers %j is understood: %s', async (answer, outcome) => {
    const { pipeline } = await pipelineThatAnswers(answer);
    expect(await pipeline.send(batch('k-1'))).toBe(outcome);
  });

  it('is asked again after the time that it names, with the same bytes', async () => {
    const { pipeline, received, timing, failures } = await pipelineThatAnswers(
      { status: 503, headers: { 'retry-after': '7' } },
      {
        status: 429,
        headers: { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', date: 'Fri, 31 Dec 1999 23:59:50 GMT' },
      },
      { status: 202 },
    );
    expect(await pipeline.send(batch('k-1'))).toBe('accepted');
    expect(timing.waits).toEqual([7_000, 9_000]);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers['idempotency-key']))).toEqual(new Set(['k-1']));
    expect(failures).toEqual(['the last answer was 503', 'the last answer was 429']);
  });

  it('is asked again after ever longer times where it names none, or none at all', async () => {
    const { pipeline, timing } = await pipelineThatAnswers(
      { status: 408 },
      { status: 503, headers: { 'retry-after': '0' } },
      { status: 500, headers: { 'retry-after': 'soon' } },
      { status: 202 },
    );
    expect(await pipeline.send(batch('k-1'))).toBe('accepted');
    expect(timing.waits).toEqual([125, 250, 500]);
  });

  it('is given up after the time for that', async () => {
    const { pipeline } = await pipelineThatAnswers({ status: 503 });
    await expect(pipeline.send(batch('k-1'))).rejects.toThrow(GaveUp);
  });

  it('that refuses a batch is asked once, and its reasons are reported without the given headers', async () => {
    const { pipeline, received } = await pipelineThatAnswers({
      status: 400,
      body: {
        requestId: 'r',
        errorCategory: 'VALIDATION',
        errorCode: 'ING_1000',
        errorDescription: '1 of 2 entries are not valid.',
        details: [{ index: 1, field: 'path', reason: 'must not be empty' }],
      },
    });
    const refused: unknown = await pipeline.send(batch('k-1')).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RequestRefused);
    expect(String(refused)).toMatch(
      /answered 400: ING_1000 1 of 2 entries are not valid\.; entry 1 path must not be empty$/,
    );
    expect(JSON.stringify(refused) + String(refused)).not.toContain('s3cret');
    expect(received).toHaveLength(1);
  });

  it('finds a batch', async () => {
    const { pipeline, received } = await pipelineThatAnswers(
      { status: 200, body: { batchId: 'k/1', entries: 500, windows: 1, counted: true } },
      { status: 404 },
    );
    expect(await pipeline.findBatch('k/1')).toMatchObject({ entries: 500, counted: true });
    expect(await pipeline.findBatch('k-2')).toBeUndefined();
    expect(received[0]).toMatchObject({ method: 'GET', path: '/batches/k%2F1' });
  });

  it('reads windows page by page', async () => {
    const window = (windowStart: string) => ({
      windowStart,
      requests: 1,
      requestsByPath: { 'GET /': 1 },
      requestsByUserAgent: {},
      requestsByStatus: {},
    });
    const { pipeline, received } = await pipelineThatAnswers(
      { status: 200, body: { windows: [window('a'), window('b')], nextToken: 't/1' } },
      { status: 200, body: { windows: [window('c')] } },
      { status: 200, body: { windows: [{ requests: -1 }] } },
    );
    const query = {
      window: 'minute',
      from: new Date('2025-12-28T18:00:00Z'),
      to: new Date('2025-12-28T19:00:00Z'),
    } as const;
    const read: string[] = [];
    for await (const { windowStart } of pipeline.windows(query)) read.push(windowStart);
    expect(read).toEqual(['a', 'b', 'c']);
    expect(received.map(({ path }) => new URLSearchParams(path.split('?')[1]).get('nextToken'))).toEqual([
      null,
      't/1',
    ]);
    await expect(pipeline.windows(query).next()).rejects.toThrow(RequestRefused);
  });

  it('reads the windows of a path, and lists paths, page by page', async () => {
    const counts = { requests: 1, errors: 0 };
    const { pipeline, received } = await pipelineThatAnswers(
      { status: 200, body: { windows: [{ windowStart: 'a', ...counts }], nextToken: 't/1' } },
      { status: 200, body: { windows: [], nextToken: 't/2' } },
      { status: 200, body: { windows: [{ windowStart: 'b', ...counts }] } },
      { status: 200, body: { paths: [{ key: 'GET /', ...counts }], nextToken: 't/3' } },
      { status: 200, body: { paths: [{ key: 'GET /a', ...counts }] } },
      { status: 200, body: { paths: [{ key: 'GET /a', requests: 1 }] } },
    );
    const range = { from: new Date('2025-12-28T18:00:00Z'), to: new Date('2025-12-28T19:00:00Z') };
    const read: string[] = [];
    const windows = pipeline.pathWindows({ window: 'hour', path: '/a', ...range });
    for await (const { windowStart } of windows) read.push(windowStart);
    for await (const { key } of pipeline.paths({ search: 'A', sort: 'errors', ...range })) read.push(key);
    expect(read).toEqual(['a', 'b', 'GET /', 'GET /a']);
    const asked = received.map(({ path }) =>
      Object.fromEntries(new URL(path, 'http://localhost').searchParams),
    );
    const sent = { from: '2025-12-28T18:00:00.000Z', to: '2025-12-28T19:00:00.000Z' };
    expect(asked).toMatchObject([
      { window: 'hour', path: '/a', ...sent },
      { path: '/a', nextToken: 't/1' },
      { path: '/a', nextToken: 't/2' },
      { search: 'A', sort: 'errors', limit: '1000', ...sent },
      { search: 'A', sort: 'errors', nextToken: 't/3' },
    ]);
    await expect(pipeline.paths(range).next()).rejects.toThrow(RequestRefused);
  });

  it('that does not run is given up soon, unless it has answered before', async () => {
    let isUp = false;
    const { url } = await answeringServer(() => ({ status: isUp ? 202 : 500 }));
    const timing = stoppedTiming();
    const options = { customerId: customer(), retryForSeconds: 60, waitForStartSeconds: 5, timing };
    const away = openPipeline({ ...options, url: 'http://127.0.0.1:1', random: () => 0 });
    await expect(away.send(batch('k-1'))).rejects.toThrow(NotRunning);
    expect(timing.now()).toBeLessThanOrEqual(5_000);
    expect(timing.now()).toBeGreaterThan(2_000);

    // Trouble of one that runs is outlived for as long as requests are repeated.
    const troubled = openPipeline({ ...options, url, onRetry: () => (isUp = timing.now() > 20_000) });
    onTestFinished(() => troubled.close());
    expect(await troubled.send(batch('k-1'))).toBe('accepted');
  });
});

describe('sending batches', () => {
  it('sends each batch once, within its limit of concurrent requests, and asks for no more than it can send', async () => {
    let underWay = 0;
    let most = 0;
    const { url, received } = await answeringServer(async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay -= 1;
      return { status: 202 };
    });
    let asked = 0;
    let mostAhead = 0;
    const outcomes: SendOutcome[] = [];
    const batches = (function* () {
      for (; asked < 40; asked++) {
        mostAhead = Math.max(mostAhead, asked - outcomes.length);
        yield batch(String(asked));
      }
    })();
    const options = { url, customerId: customer(), concurrency: 4, retryForSeconds: 0 };
    const pipeline = openPipeline(options);
    onTestFinished(() => pipeline.close());
    await eachConcurrently(batches, 4, async (each) => void outcomes.push(await pipeline.send(each)));
    expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(40);
    expect(outcomes).toEqual(Array.from({ length: 40 }, () => 'accepted'));
    expect(most).toBeLessThanOrEqual(4);
    expect(mostAhead).toBeLessThanOrEqual(4);
  });

  it('stops at the first that is refused', async () => {
    const { url, received } = await answeringServer(({ headers }) => ({
      status: headers['idempotency-key'] === '5' ? 413 : 202,
    }));
    const batches = Array.from({ length: 40 }, (_, index) => batch(String(index)));
    const pipeline = openPipeline({ url, customerId: customer(), concurrency: 2, retryForSeconds: 0 });
    onTestFinished(() => pipeline.close());
    const sending = eachConcurrently(batches, 2, async (each) => void (await pipeline.send(each)));
    await expect(sending).rejects.toThrow(RequestRefused);
    expect(received.length).toBeLessThan(10);
  });

  it('closes what it takes the items from, also after a failure', async () => {
    let isClosed = false;
    const items = (function* () {
      try {
        for (let item = 0; ; item++) yield item;
      } finally {
        isClosed = true;
      }
    })();
    const failing = eachConcurrently(items, 3, (item) =>
      item === 7 ? Promise.reject(new Error('seven')) : Promise.resolve(),
    );
    await expect(failing).rejects.toThrow('seven');
    expect(isClosed).toBe(true);
  });
});
