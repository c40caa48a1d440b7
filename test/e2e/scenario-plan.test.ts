import { describe, expect, it } from 'vitest';
import { answerOrRetry, GaveUp } from '../../client/answer-or-retry.ts';
import { ConnectionFailed, type HttpAnswer } from '../../client/http-client.ts';
import { scenarioOptions, scenarioOptionsOf } from '../../bench/scenario/options.ts';
import type { PipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { planScenario, referenceSize, referenceStart, type ScenarioPlan } from '../../bench/scenario/plan.ts';
import { runScenario } from '../../bench/scenario/run.ts';
import { parseArguments } from '../../commands/define-command/parse-arguments.ts';
import type { Timing } from '../../client/timing.ts';
import type { WindowCounts } from '../../bench/scenario/window-counts.ts';

const options = { runId: 'run', start: referenceStart, size: referenceSize, seed: 1 };
const small = { requestsPerPathAndAgent: 5, entriesPerBatch: 20, repeats: 7 };

describe('the plan', () => {
  const plan = planScenario(options);

  it('has 3,200 batches of 20 entries, five of each minute', () => {
    const minutes = plan.batches.map(({ body }) =>
      countBy(entriesOf(body), ({ receivedAt }) => receivedAt.slice(11, 16)),
    );

    expect(plan.batches).toHaveLength(3_200);
    expect(minutes.filter((counts) => Object.values(counts).some((count) => count !== 5))).toEqual([]);
    expect(new Set(minutes.map((counts) => Object.keys(counts).sort().join()))).toEqual(
      new Set(['18:03,18:04,18:05,18:06']),
    );
  });

  it('has 4,000 entries for each path and each agent in each minute', () => {
    const entries = plan.batches.flatMap(({ body }) => entriesOf(body));
    const byMinuteAndPath = countBy(entries, ({ receivedAt, path }) => `${receivedAt.slice(0, 16)} ${path}`);
    const byMinuteAndAgent = countBy(
      entries,
      ({ receivedAt, userAgent }) => `${receivedAt.slice(0, 16)} ${userAgent}`,
    );

    expect(Object.values(byMinuteAndPath)).toEqual(Array.from({ length: 16 }, () => 4_000));
    expect(Object.values(byMinuteAndAgent)).toEqual(Array.from({ length: 16 }, () => 4_000));
  });

  it('sends each batch once, and 2,000 of them again, later', () => {
    const positions = new Map(
      plan.requests.map(({ batch, isRepeat }, index) => [`${batch} ${isRepeat}`, index]),
    );
    const repeats = plan.requests.filter(({ isRepeat }) => isRepeat);

    expect(plan.requests).toHaveLength(5_200);
    expect(positions.size).toBe(5_200);
    expect(repeats).toHaveLength(2_000);
    const early = repeats.filter(
      ({ batch }) => (positions.get(`${batch} true`) ?? 0) < (positions.get(`${batch} false`) ?? Infinity),
    );
    expect(early).toEqual([]);
  });

  it('is the same each time, except for the keys of its run', () => {
    const other = planScenario({ ...options, runId: 'other' });

    const bodies = ({ batches }: ScenarioPlan) => batches.map(({ body }) => body.toString()).join('\n');

    expect(bodies(planScenario(options)) === bodies(plan)).toBe(true); // too long for a readable difference
    expect(bodies(other) === bodies(plan)).toBe(true);
    expect(other.requests).toEqual(plan.requests);
    expect(
      new Set([...plan.batches, ...other.batches].map(({ idempotencyKey }) => idempotencyKey)).size,
    ).toBe(6_400);
  });
});

describe('the options', () => {
  function parseOptions(argv: readonly string[]) {
    const given = parseArguments(argv, { options: scenarioOptions, actions: [], keepsUnknown: false }, {});
    if (given === 'help') throw new Error('This asks for the help.');
    return scenarioOptionsOf(given, new Date('2026-03-01T12:34:56Z'), 'some-run');
  }

  it('have defaults', () => {
    expect(parseOptions([])).toEqual({
      baseUrl: new URL('http://localhost:3000'),
      customerId: 'cus-axon',
      start: referenceStart,
      concurrency: 16,
      runId: 'some-run',
      retryForSeconds: 60,
    });
  });

  it('--timestamps now are the four minutes that end with the current one', () => {
    expect(parseOptions(['--timestamps', 'now']).start).toEqual(new Date('2026-03-01T12:31:00Z'));
  });

  it.each([
    ['--url', 'nowhere'],
    ['--url', 'ftp://localhost'],
    ['--timestamps', 'yesterday'],
    ['--concurrency', '0'],
    ['--retry-for', '1.5'],
    ['--customer', 'a/b'],
    ['--run', ''],
  ])('that cannot be used are named: %s "%s"', (option, value) => {
    expect(() => parseOptions([option, value])).toThrow(option);
  });
});

describe('the verdict', () => {
  it('is exact for a pipeline that counts every batch once', async () => {
    const { client } = pipeline(planScenario({ ...options, size: small }));

    expect(await run(client)).toMatchObject({ isExact: true, wrongAnswers: 0, readableAfterMilliseconds: 0 });
  });

  it('is exact for a second run on the same data', async () => {
    const { client } = pipeline(planScenario({ ...options, size: small }));
    await run(client);

    expect(await run(client, 'again')).toMatchObject({ isExact: true });
  });

  it.each<[string, (window: WindowCounts) => WindowCounts]>([
    ['one request too many', (window) => ({ ...window, requests: window.requests + 1 })],
    ['a batch too few', (window) => ({ ...window, batches: window.batches - 1 })],
    [
      'an agent of another name',
      (window) => ({ ...window, requestsByUserAgent: { Chromium: window.requests } }),
    ],
    [
      'a path nobody asked for',
      (window) => ({ ...window, requestsByPath: { ...window.requestsByPath, 'GET /x': 1 } }),
    ],
  ])('is not exact with %s', async (_name, change) => {
    const { client } = pipeline(planScenario({ ...options, size: small }));
    const readWindows: PipelineClient['readWindows'] = async (from, to) => {
      const [first, ...others] = await client.readWindows(from, to);
      return first === undefined ? others : [change(first), ...others];
    };
    const figures = await run({ ...client, readWindows });

    expect(figures.isExact).toBe(false);
    expect(figures.windows.map(({ differences }) => differences.length > 0)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('is not exact when a repeat is taken for a new batch', async () => {
    const { client } = pipeline(planScenario({ ...options, size: small }));
    const figures = await run({
      ...client,
      sendBatch: async (batch) => ({ ...(await client.sendBatch(batch)), status: 202 }),
    });

    expect(figures).toMatchObject({ isExact: false, wrongAnswers: small.repeats });
  });

  it('is exact when the answer to an original is lost and its retry answers 409', async () => {
    const { client } = pipeline(planScenario({ ...options, size: small }));
    let hasLost = false;
    const figures = await run({
      ...client,
      async sendBatch(batch) {
        const answer = await client.sendBatch(batch);
        if (hasLost) return answer;
        hasLost = true;
        throw new ConnectionFailed('http://localhost', new Error('lost'));
      },
    });

    expect(figures).toMatchObject({ isExact: true, retries: 1 });
  });

  async function run(client: PipelineClient, runId = 'run') {
    const plan = planScenario({ ...options, runId, size: small });
    return runScenario(plan, client, { concurrency: 4, retryForSeconds: 5, timing: stoppedTiming() });
  }
});

describe('a retry', () => {
  it.each<[string, HttpAnswer | ConnectionFailed, number]>([
    ['a failed connection', new ConnectionFailed('http://localhost', new Error('refused')), 50],
    ['408', answer(408), 50],
    ['429 with retry-after', answer(429, { 'retry-after': '3' }), 3_000],
    ['503 with retry-after', answer(503, { 'retry-after': '1' }), 1_000],
    ['500', answer(500), 50],
  ])('follows %s', async (_name, first, waited) => {
    const timing = stoppedTiming();
    const outcomes = [first, answer(202)];
    const final = await answerOrRetry(attempts(outcomes), { retryForSeconds: 10, timing });

    expect(final).toMatchObject({ attempts: 2, answer: { status: 202 } });
    expect(timing.now()).toBe(waited);
  });

  it.each([202, 400, 409, 413, 422])('does not follow %i', async (status) => {
    const final = await answerOrRetry(attempts([answer(status)]), {
      retryForSeconds: 10,
      timing: stoppedTiming(),
    });

    expect(final).toMatchObject({ attempts: 1, answer: { status } });
  });

  it('waits longer each time, and is given up in the end', async () => {
    const timing = stoppedTiming();
    const failing = () => Promise.reject(new ConnectionFailed('http://localhost', new Error('refused')));

    await expect(answerOrRetry(failing, { retryForSeconds: 10, timing })).rejects.toThrow(GaveUp);
    expect(timing.waits.slice(0, 7)).toEqual([50, 100, 200, 400, 800, 1_600, 2_000]);
    expect(timing.now()).toBeLessThanOrEqual(10_000);
  });
});

interface SentEntry {
  readonly receivedAt: string;
  readonly path: string;
  readonly userAgent: string;
}

function entriesOf(body: Buffer): readonly SentEntry[] {
  return JSON.parse(body.toString()) as SentEntry[];
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

function answer(status: number, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers, body: Buffer.alloc(0) };
}

function attempts(outcomes: readonly (HttpAnswer | ConnectionFailed)[]): () => Promise<HttpAnswer> {
  const left = [...outcomes];
  return async () => {
    const outcome = left.shift();
    if (outcome === undefined || outcome instanceof Error)
      throw outcome ?? new RangeError('no more outcomes');
    return outcome;
  };
}

/** Creates timing in which time only passes while somebody waits for it. */
function stoppedTiming(): Timing & { readonly waits: readonly number[] } {
  let now = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    async wait(milliseconds) {
      now += milliseconds;
      waits.push(milliseconds);
    },
  };
}

/** Creates a correct pipeline: it accepts a key once, and has counted the plan when it has all batches of a run. */
function pipeline({ batches, windows }: ScenarioPlan): { readonly client: PipelineClient } {
  const keys = new Set<string>();
  return {
    client: {
      async sendBatch({ idempotencyKey }) {
        if (keys.has(idempotencyKey)) return answer(409);
        keys.add(idempotencyKey);
        return answer(202);
      },
      async readWindows() {
        const runs = Math.floor(keys.size / batches.length);
        return runs === 0 ? [] : windows.map((window) => timesOf(window, runs));
      },
      readBacklog: async () => 0,
    },
  };
}

function timesOf(window: WindowCounts, times: number): WindowCounts {
  const all = (counts: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, count * times]));
  return {
    windowStart: window.windowStart,
    requests: window.requests * times,
    batches: window.batches * times,
    requestsByPath: all(window.requestsByPath),
    requestsByUserAgent: all(window.requestsByUserAgent),
  };
}
