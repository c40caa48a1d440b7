import { createInMemoryEventStream } from '../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { describe, expect, it } from 'vitest';
import { batchHandler } from '../../handlers/batch.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { verifyHandler } from '../../handlers/verify.ts';
import { minuteKey } from '../../lib/domain/keys.ts';
import { customer, instant, sentEntry, windowStart } from '../factories.ts';
import { createIntentOutbox } from '../pipeline/intent-outbox.ts';
import { countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';
import { created, malformed, sqsEvent, testNotification } from './sqs-event.ts';

async function post({ app }: TestApp, key: string, customer = 'cus-axon'): Promise<void> {
  const event = postLogs([sentEntry({ path: `/${key}` })], {
    'idempotency-key': key,
    'x-customer-id': customer,
  });
  expect(await ingestHandler(async () => app)(event)).toMatchObject({ statusCode: 202 });
}

describe('verify', () => {
  it('keeps the messages of batches that are not proved, and only these', async () => {
    const testing = testApp();
    await post(testing, 'counted');
    await countAll(testing);
    await post(testing, 'Not counted');
    const event = sqsEvent(
      created('batches/cus-axon/k-counted'),
      created('batches/cus-axon/k-%4eot%20counted'),
      created('batches/cus-axon/k-absent'),
      testNotification,
    );
    const answer = await verifyHandler(async () => testing.app)(event);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
    const { text } = await testing.app.metrics.read(testing.app.clock.now());
    for (const verdict of ['counted', 'waiting', 'absent']) {
      expect(text).toContain(`log_analytics_batch_verifications_total{verdict="${verdict}"} 1`);
    }
  });

  it.each(['waiting', 'emitted', 'failed'])(
    'raises the alarm for a batch that is "%s" for long, and not before',
    async (verdict) => {
      let now = instant('2025-12-28T18:04:00Z');
      const testing = testApp({ clock: { now: () => now } });
      await post(testing, 'k');
      if (verdict === 'failed') {
        const window = minuteKey(customer(), windowStart());
        await testing.app.store.put(window, Buffer.from('damaged'), { ifNoneMatch: '*' });
      }
      const lookAfter = async (seconds: number) => {
        if (verdict === 'emitted') testing.insights.drain();
        now = new Date(now.getTime() + seconds * 1_000);
        const event = sqsEvent(created('batches/cus-axon/k-k'));
        const { batchItemFailures } = await verifyHandler(async () => testing.app)(event);
        expect(batchItemFailures).toEqual([{ itemIdentifier: 'message-0' }]);
        return (await testing.app.metrics.read(now)).text;
      };

      const young = await lookAfter(900);
      expect(young).toContain('log_analytics_batches_overdue_total 0');
      expect(testing.logLines.join('')).not.toContain('A batch is still not counted');
      const old = await lookAfter(1);
      expect(old).toContain(`log_analytics_batch_verifications_total{verdict="${verdict}"} 2`);
      expect(old).toContain('log_analytics_batches_overdue_total 1');
      expect(testing.logLines.map((line): unknown => JSON.parse(line))).toContainEqual(
        expect.objectContaining({
          level: 'error',
          message: 'A batch is still not counted',
          key: 'batches/cus-axon/k-k',
          verdict,
        }),
      );
    },
  );
});

describe('verify, where an intent precedes each batch', () => {
  it('gives the intent of an absent batch back for a day', async () => {
    let now = instant('2025-12-28T18:04:00Z');
    const testing = testApp({ clock: { now: () => now }, parts: { outbox: createIntentOutbox(30_000) } });
    const message = created('batches/cus-axon/k-absent');
    const look = () => verifyHandler(async () => testing.app)(sqsEvent(message));
    now = instant('2025-12-29T18:03:59Z');
    expect((await look()).batchItemFailures).toHaveLength(1);
    now = instant('2025-12-29T18:04:01Z');
    expect((await look()).batchItemFailures).toEqual([]);
  });

  it('emits again only after a barrier that began when it had seen the batch', async () => {
    let now = instant('2025-12-28T18:04:00Z');
    let barrier = now;
    const clock = { now: () => now };
    const insights = createInMemoryEventStream({ clock });
    const stream = { ...insights, backlogOf: async () => undefined, consumedThrough: async () => barrier };
    const parts = { outbox: createIntentOutbox(30_000), streams: { insights: stream, late: stream } };
    const testing = testApp({ clock, parts });
    await post(testing, 'k');
    const verify = verifyHandler(async () => testing.app);
    const emittedAt = async (time: string, barrierBegunAt: string) => {
      now = instant(time);
      barrier = instant(barrierBegunAt);
      await verify(sqsEvent(created('batches/cus-axon/k-k')));
      return insights.drain().length;
    };
    expect(await emittedAt('2025-12-28T18:06:00Z', '2025-12-28T18:05:59Z')).toBe(0);
    expect(await emittedAt('2025-12-28T18:09:00Z', '2025-12-28T18:05:59Z')).toBe(0);
    expect(await emittedAt('2025-12-28T18:09:10Z', '2025-12-28T18:06:01Z')).toBe(1);
    expect(await emittedAt('2025-12-28T18:09:20Z', '2025-12-28T18:09:09Z')).toBe(0);
    expect(await emittedAt('2025-12-28T18:09:30Z', '2025-12-28T18:09:11Z')).toBe(1);
  });
});

describe('verify, of a message that cannot be understood', () => {
  it('keeps it, logs it, and looks at the others', async () => {
    const testing = testApp();
    await post(testing, 'counted');
    await countAll(testing);
    const event = sqsEvent(malformed, created('batches/cus-axon/k-counted'));
    const answer = await verifyHandler(async () => testing.app)(event);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    const { text } = await testing.app.metrics.read(testing.app.clock.now());
    expect(text).toContain('log_analytics_batch_verifications_total{verdict="counted"} 1');
    expect(testing.logLines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'error', messageId: 'message-0' }),
    ]);
  });
});

describe('GET /batches/{batchId}', () => {
  async function get({ app }: TestApp, batchId: string, customer = 'cus-axon') {
    const event = httpEvent('GET', `/batches/${encodeURIComponent(batchId)}`, {
      headers: { 'x-customer-id': customer },
    });
    const answer = await batchHandler(async () => app)({ ...event, pathParameters: { batchId } });
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') as Record<string, unknown> };
  }

  it('says whether all of its windows hold the batch', async () => {
    const testing = testApp();
    await post(testing, 'order 7/8');
    const batch = { batchId: 'order 7/8', entries: 1, windows: 1, storedAt: '2025-12-28T18:04:00.000Z' };
    expect(await get(testing, 'order 7/8')).toEqual({ status: 200, body: { ...batch, counted: false } });
    await countAll(testing);
    expect(await get(testing, 'order 7/8')).toEqual({ status: 200, body: { ...batch, counted: true } });
  });

  it('finds a batch by its derived id, even if another batch has the same text as its key', async () => {
    const testing = testApp();
    const answer = await ingestHandler(async () => testing.app)(postLogs([sentEntry()]));
    const { batchId } = JSON.parse(answer.body ?? '') as { batchId: string };
    expect((await get(testing, batchId)).status).toBe(200);
    const given = `sha256-${'0'.repeat(64)}`;
    await post(testing, given);
    expect((await get(testing, given)).status).toBe(200);
  });

  it('takes an id as it was answered, with its blanks and quotes', async () => {
    const testing = testApp();
    await post(testing, 'a');
    await post(testing, '""q""');
    await countAll(testing);
    expect(await get(testing, '"q"')).toMatchObject({ status: 200, body: { batchId: '"q"' } });
    for (const other of [' a', 'a ', '"a"', 'q', '""q""']) {
      expect((await get(testing, other)).status).toBe(404);
    }
    await post(testing, '" a"');
    expect((await get(testing, ' a')).body).toMatchObject({ batchId: ' a', counted: false });
    expect((await get(testing, 'a')).body).toMatchObject({ batchId: 'a', counted: true });
  });

  it.each([
    ['derived', 'given'],
    ['given', 'derived'],
  ] as const)(
    'calls two batches of one text counted when both are: the %s, then the %s',
    async (first, second) => {
      const store = new InMemoryObjectStore();
      let testing = testApp({ store });
      const send = (headers: Record<string, string>) =>
        ingestHandler(async () => testing.app)(postLogs([sentEntry()], headers));
      const { batchId } = JSON.parse((await send({})).body ?? '') as { batchId: string };
      const headersOf = { derived: {}, given: { 'idempotency-key': batchId } };
      await send(headersOf.given);
      testing = testApp({ store }); // everything emitted is lost, and the process that emitted it is gone

      await send(headersOf[first]);
      await countAll(testing);
      expect((await get(testing, batchId)).body).toMatchObject({ batchId, counted: false });
      await send(headersOf[second]);
      await countAll(testing);
      expect((await get(testing, batchId)).body).toMatchObject({ batchId, counted: true });
    },
  );

  it.each(['nothing', '', 'é', 'k'.repeat(256)])('answers 404 to %j', async (batchId) => {
    expect(await get(testApp(), batchId)).toMatchObject({ status: 404, body: { errorCode: 'QRY_1001' } });
  });

  it('shows no customer the batch of another', async () => {
    const testing = testApp();
    await post(testing, 'k');
    expect((await get(testing, 'k', 'cus-other')).status).toBe(404);
  });
});
