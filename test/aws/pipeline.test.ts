import { afterEach, describe, expect, it } from 'vitest';
import type { ScenarioSize } from '../../bench/scenario/plan.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { credentials } from './clients.ts';
import type { Fault, PassingRequest } from './fault-proxy.ts';
import { startAwsPipeline, type AwsPipeline, type AwsPipelineOptions } from './pipeline.ts';
import { clientOf, differencesOf, planOf, seed, send, statusesOf } from './sent-scenario.ts';
import { throttled } from './throttled-records.ts';

const smallSize: ScenarioSize = { requestsPerPathAndAgent: 100, entriesPerBatch: 20, repeats: 200 };
const xml = (code: string) => ({
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>${code}</Code></Error>`,
});

describe('the whole pipeline on the adapters for AWS', () => {
  let pipeline: AwsPipeline | undefined;
  afterEach(async () => {
    await pipeline?.close();
    pipeline = undefined;
  });

  async function start(options: Partial<AwsPipelineOptions> = {}): Promise<AwsPipeline> {
    pipeline = await startAwsPipeline({ random: randomNumbers(seed), ...options });
    return pipeline;
  }

  it('counts exactly through every fault of store, stream and delivery', async () => {
    const random = randomNumbers(seed);
    let swallowed = 0;
    const faultOfS3 = ({ method }: PassingRequest): Fault | undefined => {
      const chance = random();
      if (chance < 0.02) return { kind: 'refused', answer: { status: 503, ...xml('SlowDown') } };
      if (chance < 0.04) return { kind: 'done-but', answer: { status: 500, ...xml('InternalError') } };
      if (chance < 0.06) return { kind: 'answer-lost' };
      if (chance < 0.08 && method === 'PUT') {
        return { kind: 'refused', answer: { status: 409, ...xml('ConditionalRequestConflict') } };
      }
      if (chance < 0.1 && swallowed < 1) {
        swallowed += 1;
        return { kind: 'swallowed' };
      }
      return undefined;
    };
    const faultOfKinesis = ({ body }: PassingRequest): Fault | undefined => {
      const chance = random();
      if (chance < 0.2) return throttled(() => random() < 0.5)(body);
      if (chance < 0.22) return { kind: 'answer-lost' };
      if (chance < 0.24)
        return { kind: 'refused', answer: { status: 500, body: '{"__type":"InternalFailure"}' } };
      return undefined;
    };
    const running = await start({ faultOfS3, faultOfKinesis, disorder: 0.3, random });
    let isSplit = false;
    const splitHalfWay = (answers: number) => {
      if (answers < 200 || isSplit) return;
      isSplit = true;
      void running.splitShard();
    };
    const answered = await send(running, smallSize, splitHalfWay);
    expect(Object.keys(statusesOf(answered))).toEqual(['202', '409']);
    expect(isSplit).toBe(true);
    await running.settle();
    expect(await differencesOf(running, smallSize)).toEqual([]);
    const minutes = planOf(smallSize).windows.reduce((sum, { requests }) => sum + requests, 0);
    for (const window of ['hour', 'day']) {
      const query = new URLSearchParams({ window, from: '2025-12-28T00:00:00Z', to: '2025-12-29T00:00:00Z' });
      const path = `/aggregates?${query.toString()}`;
      const { body } = await running.request(path, { headers: { 'x-customer-id': 'cus-axon' } });
      expect(JSON.parse(body.toString())).toMatchObject({ windows: [{ requests: minutes }] });
    }
  });

  it('reports how far it has counted according to CloudWatch, and still answers while CloudWatch fails', async () => {
    let isGone = false;
    const running = await start({ isCloudWatchGone: () => isGone });
    const ask = async (window: string) => {
      const query = new URLSearchParams({ window, from: '2025-12-28T00:00:00Z', to: '2025-12-29T00:00:00Z' });
      const { status, headers, body } = await running.request(`/aggregates?${query.toString()}`, {
        headers: { 'x-customer-id': 'cus-axon' },
      });
      expect(status).toBe(200);
      const page = JSON.parse(body.toString()) as {
        countedThrough: string | null;
        windows: { complete: boolean }[];
      };
      expect(headers['x-counted-through'] ?? null).toBe(page.countedThrough);
      expect(page).not.toHaveProperty('waiting');
      return page;
    };
    const minutesBehind = ({ countedThrough }: { countedThrough: string | null }) =>
      (running.app.clock.now().getTime() - Date.parse(countedThrough ?? '')) / 60_000;

    await send(running, smallSize);
    await running.settle();
    const [minutes, hours] = [await ask('minute'), await ask('hour')];
    // A minute for CloudWatch, two for processing; for hours as much again until the notification arrives.
    expect(minutesBehind(minutes)).toBeCloseTo(3, 0);
    expect(minutesBehind(hours)).toBeCloseTo(6, 0);
    for (const { windows } of [minutes, hours]) expect(windows.every(({ complete }) => complete)).toBe(true);

    isGone = true;
    running.pass(60);
    for (const window of ['minute', 'hour']) {
      const { countedThrough, windows } = await ask(window);
      expect(countedThrough).toBeNull();
      expect(windows.some(({ complete }) => complete)).toBe(false);
    }
    expect(running.logLines).toEqual([]); // warnings are not in this log
  });

  it('counts batches that were stored and never emitted, without any help', async () => {
    let isStreamGone = true;
    const running = await start({
      faultOfKinesis: () =>
        isStreamGone
          ? { kind: 'refused', answer: { status: 500, body: '{"__type":"InternalFailure"}' } }
          : undefined,
    });
    const [first] = planOf(smallSize).batches;
    if (first === undefined) throw new Error('The plan has no batch.');
    const { status, headers } = await clientOf(running).sendBatch(first);
    expect(status).toBe(503);
    expect(headers['retry-after']).toMatch(/^\d+$/);
    isStreamGone = false;
    await running.count();
    expect(await clientOf(running).readWindows('2025-12-28T18:00:00Z', '2025-12-28T19:00:00Z')).toEqual([]);
    await running.untilNotified();
    await running.settle();
    const windows = await clientOf(running).readWindows('2025-12-28T18:00:00Z', '2025-12-28T19:00:00Z');
    expect(windows.map(({ requests }) => requests)).toEqual([5, 5, 5, 5]);
  });

  it('answers 503 while S3 refuses it, logs the reason, and never reveals a secret', async () => {
    const running = await start({
      faultOfS3: () => ({ kind: 'refused', answer: { status: 403, ...xml('AccessDenied') } }),
    });
    const [first] = planOf(smallSize).batches;
    if (first === undefined) throw new Error('The plan has no batch.');
    const { status, body } = await clientOf(running).sendBatch(first);
    expect(status).toBe(503);
    const log = running.logLines.join('');
    expect(log).toContain('AccessDenied');
    for (const secret of [credentials.secretAccessKey, 'Signature=']) {
      expect(log).not.toContain(secret);
      expect(body.toString()).not.toContain(secret);
    }
  });
});
