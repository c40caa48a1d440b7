import { describe, expect, it, onTestFinished } from 'vitest';
import { openPipeline } from '../../client/open-pipeline.ts';
import type { BatchAnswer } from '../../client/contract.ts';
import { RequestRefused } from '../../client/request-refused.ts';
import { untilBatchesCounted, untilCounted, type WaitOutcome } from '../../client/until-counted.ts';
import { customer } from '../factories.ts';
import { answeringServer, type Answer } from '../answering-server.ts';

const range = { from: 29_449_080, to: 29_449_122 };
/** The server's clock, which is years from the one of the tests. */
const date = 'Sun, 28 Dec 2025 18:03:07 GMT';
const total = (fields: object): Answer => ({ status: 200, headers: { date }, body: fields });

/** Waits at a pipeline that gives these answers, the last of them from then on; the time passes only in pauses. */
async function waitAt(answers: readonly Answer[], { ranges = [range], waitForSeconds = 60 } = {}) {
  let asked = 0;
  const { url, received } = await answeringServer(
    () => answers[Math.min(asked++, answers.length - 1)] ?? { status: 500 },
  );
  let now = 0;
  const waited: (number | undefined)[] = [];
  const { signal } = new AbortController();
  const timing = {
    now: () => now,
    async wait(milliseconds: number) {
      now += milliseconds;
    },
  };
  const options = { url, customerId: customer(), concurrency: 1, retryForSeconds: 0, timing, signal };
  const pipeline = openPipeline({ ...options, random: () => 0 });
  onTestFinished(() => pipeline.close());
  const outcome = await untilCounted(pipeline, ranges, {
    waitForSeconds,
    timing,
    signal,
    onWait: (waiting) => waited.push(waiting),
  });
  return { outcome, waited, received, seconds: now / 1_000 };
}

const counted: WaitOutcome = { kind: 'counted' };
const behind = '2025-12-28T18:03:06.999Z';
const ahead = '2025-12-28T18:03:08.000Z';

describe('waiting until all is counted', () => {
  it('asks for the minutes that were sent', async () => {
    const { received } = await waitAt([total({ countedThrough: ahead, waiting: 0, complete: true })]);
    expect(received.map(({ path }) => decodeURIComponent(path))).toEqual([
      '/aggregates/total?from=2025-12-28T18:00:00Z&to=2025-12-28T18:42:00Z&top=1',
    ]);
    expect(received[0]?.headers['x-customer-id']).toBe('cus-axon');
  });

  it.each([
    ['nothing waits, and the range is complete', { countedThrough: behind, waiting: 0, complete: true }],
    ['the clock was set back, but nothing waits', { countedThrough: null, waiting: 0, complete: true }],
    [
      'the range is not over, but counted through the answer',
      { countedThrough: ahead, waiting: 0, complete: false },
    ],
    ['others go on sending', { countedThrough: ahead, waiting: 5_000, complete: false }],
    ['how much waits is not known', { countedThrough: ahead, complete: false }],
  ])('ends where %s', async (_name, state) => {
    const { outcome, waited } = await waitAt([total(state)]);
    expect(outcome).toEqual(counted);
    expect(waited).toEqual([]);
  });

  it.each([
    ['entries wait', { countedThrough: behind, waiting: 3, complete: false }],
    ['it is counted through a moment before', { countedThrough: behind, waiting: 0, complete: false }],
    // Deployed, `complete` means as far as `countedThrough`: nothing is known of what was just sent.
    ['how much waits is not known', { countedThrough: behind, complete: true }],
    ['minutes are counted, but not their hours', { countedThrough: behind, complete: false }],
    ['nothing is known', { countedThrough: null, complete: false }],
  ])('goes on where %s', async (_name, state) => {
    const done = total({ countedThrough: ahead, waiting: 0, complete: true });
    const { outcome, waited, received } = await waitAt([total(state), done]);
    expect(outcome).toEqual(counted);
    expect(waited).toHaveLength(1);
    expect(received.filter(({ path }) => path.startsWith('/aggregates/total'))).toHaveLength(2);
  });

  it('asks the minutes how many entries wait, where hours and days do not say', async () => {
    const { waited, received } = await waitAt([
      total({ countedThrough: behind, complete: false }),
      { status: 200, body: { countedThrough: behind, waiting: 417, windows: [] } },
      total({ countedThrough: ahead, complete: false }),
    ]);
    expect(waited).toEqual([417]);
    expect(decodeURIComponent(received[1]?.path ?? '')).toBe(
      '/aggregates?from=2025-12-28T18:00:00Z&to=2025-12-28T18:01:00Z&top=1&window=minute&limit=1',
    );
  });

  it('ends where the pipeline does not know for long, as with a failed record', async () => {
    const { outcome, seconds } = await waitAt([total({ countedThrough: null, complete: false })], {
      waitForSeconds: 900,
    });
    expect(outcome).toMatchObject({
      kind: 'not-yet',
      trouble: expect.stringContaining('dead-letters') as unknown,
    });
    expect(seconds).toBeLessThan(130);
  });

  it('uses the clock of the first answer, and does not wait for later batches of others', async () => {
    const answered = (second: string, through: string): Answer => ({
      status: 200,
      headers: { date: `Sun, 28 Dec 2025 18:03:${second} GMT` },
      body: { countedThrough: `2025-12-28T18:03:${through}Z`, waiting: 9, complete: false },
    });
    const { received } = await waitAt([answered('07', '03.5'), answered('20', '08.0'), answered('30', '30')]);
    expect(received).toHaveLength(2);
  });

  it('says how many entries still wait, and asks ever less often', async () => {
    const waiting = (entries: number) => total({ countedThrough: behind, waiting: entries, complete: false });
    const { waited, seconds } = await waitAt([
      ...[23_401, 9_000, 12].map(waiting),
      total({ countedThrough: ahead, waiting: 0, complete: true }),
    ]);
    expect(waited).toEqual([23_401, 9_000, 12]);
    expect(seconds).toBeCloseTo(0.1 + 0.15 + 0.225);
  });

  it('ends when the time is over, with what still waits', async () => {
    const { outcome, seconds, received } = await waitAt([
      total({ countedThrough: behind, waiting: 23_401, complete: false }),
    ]);
    expect(outcome).toEqual({ kind: 'not-yet', waiting: 23_401, trouble: undefined });
    expect(seconds).toBe(60);
    expect(received.length).toBeLessThan(30);
  });

  it('outlives trouble for as long as it may wait, and no longer', async () => {
    const done = total({ countedThrough: ahead, waiting: 0, complete: true });
    expect((await waitAt([{ status: 503 }, { status: 502 }, done])).outcome).toEqual(counted);
    const { outcome, seconds } = await waitAt([{ status: 503, headers: { 'retry-after': '7' } }]);
    expect(outcome).toMatchObject({ kind: 'not-yet', trouble: expect.stringContaining('503') as unknown });
    expect(seconds).toBe(56);
  });

  it('ends at once where the pipeline never says what it has counted, as an older version', async () => {
    const { outcome, received } = await waitAt([total({ complete: true })]);
    expect(outcome).toEqual({
      kind: 'not-told',
      isForbidden: false,
      reason: 'this version of the pipeline does not say what it has counted.',
    });
    expect(received).toHaveLength(1);
  });

  it('ends at once where the credentials may send but not read', async () => {
    const { outcome, received } = await waitAt([
      {
        status: 403,
        body: {
          requestId: 'r',
          errorCategory: 'AUTHORIZATION',
          errorCode: 'API_1006',
          errorDescription: 'This API key may not read.',
        },
      },
    ]);
    expect(outcome).toMatchObject({
      kind: 'not-told',
      reason: expect.stringMatching(/may not read \(.*API_1006/) as unknown,
    });
    expect(received).toHaveLength(1);
  });

  it.each([
    { status: 404 },
    { status: 200, body: 'a page of something between' },
    { status: 200, body: { countedThrough: 'soon', complete: true } },
  ])('ends at once where the answer is %j', async (answer) => {
    expect((await waitAt([answer])).outcome.kind).toBe('not-told');
  });

  it('asks for each part of a range that is too long for one question', async () => {
    const { received, outcome } = await waitAt(
      [total({ countedThrough: ahead, waiting: 0, complete: true })],
      {
        ranges: [
          { from: 0, to: 60 },
          { from: 60, to: 90 },
        ],
      },
    );
    expect(outcome).toEqual(counted);
    expect(received).toHaveLength(2);
  });

  it('ends when it is interrupted, also where the pipeline does not answer', async () => {
    const stop = new AbortController();
    const { url } = await answeringServer(async () => {
      stop.abort();
      return new Promise<Answer>(() => {});
    });
    const options = { url, customerId: customer(), concurrency: 1, retryForSeconds: 0 };
    const pipeline = openPipeline({ ...options, signal: stop.signal });
    const outcome = await untilCounted(pipeline, [range], {
      waitForSeconds: 60,
      timing: { now: () => 0, wait: () => Promise.resolve() },
      signal: stop.signal,
      onWait: () => {},
    });
    pipeline.close();
    expect(outcome).toEqual({ kind: 'interrupted' });
  });
});

describe('waiting until batches are counted', () => {
  const stored = (batchId: string, counted: boolean): BatchAnswer => ({
    batchId,
    entries: 1,
    windows: 1,
    storedAt: '2025-12-28T18:03:07.000Z',
    counted,
  });
  /** Waits for these batches; the time passes only in pauses. */
  async function waitFor(batchIds: readonly string[], find: (batchId: string) => BatchAnswer | undefined) {
    let now = 0;
    const asked: string[] = [];
    const pipeline = {
      async findBatch(batchId: string) {
        asked.push(batchId);
        return find(batchId);
      },
    };
    const wait = async (milliseconds: number) => void (now += milliseconds);
    const timing = { now: () => now, wait };
    return {
      outcome: await untilBatchesCounted(pipeline, batchIds, { waitForSeconds: 60, timing }),
      asked,
      now,
    };
  }

  it('asks for each until its minutes count it', async () => {
    let asks = 0;
    const { outcome, asked } = await waitFor(['a', 'b'], (id) => stored(id, id === 'b' || ++asks === 3));
    expect(outcome).toEqual(counted);
    expect(asked).toEqual(['a', 'a', 'a', 'b']);
  });

  it('does not wait for a batch that is gone', async () => {
    expect((await waitFor(['a'], () => undefined)).outcome).toEqual(counted);
  });

  it('ends when the time is over', async () => {
    const { outcome, now } = await waitFor(['a'], (id) => stored(id, false));
    expect(outcome).toMatchObject({ kind: 'not-yet' });
    expect(now).toBe(60_000);
  });

  it('says that it may not ask', async () => {
    const forbidden = { status: 403, headers: {}, body: Buffer.from('no') };
    const { outcome } = await waitFor(['a'], () => {
      throw new RequestRefused(new URL('http://localhost'), forbidden);
    });
    expect(outcome).toMatchObject({ kind: 'not-told', isForbidden: true });
  });
});
