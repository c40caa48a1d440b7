import { describe, expect, it } from 'vitest';
import { ingestHandler } from '../../handlers/ingest.ts';
import { queryHandler } from '../../handlers/query.ts';
import { rollUpHandler } from '../../handlers/roll-up.ts';
import { minuteKey } from '../../lib/domain/keys.ts';
import { customer, ofNewerVersion, sentEntry, windowStart } from '../factories.ts';
import { countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';
import { created, malformed, sqsEvent, testNotification } from './sqs-event.ts';

const minute = (time: string) => `aggregates/minute/cus-axon/2025/12/28/${time}.json`;

async function count(testing: TestApp, ...instants: readonly string[]): Promise<void> {
  const entries = instants.map((receivedAt) => sentEntry({ receivedAt }));
  await ingestHandler(async () => testing.app)(postLogs(entries));
  await countAll(testing);
}

async function requestsIn(testing: TestApp, window: string): Promise<number[]> {
  const query = { window, from: '2025-12-28T00:00:00Z', to: '2025-12-29T00:00:00Z' };
  const answer = await queryHandler(async () => testing.app)(httpEvent('GET', '/aggregates', { query }));
  const { windows } = JSON.parse(answer.body ?? '') as { windows: { requests: number }[] };
  return windows.map(({ requests }) => requests);
}

describe('roll-up', () => {
  it('makes the hours and days of written minutes readable, and is done with their messages', async () => {
    const testing = testApp();
    await count(testing, '2025-12-28T17:59:59Z', '2025-12-28T18:03:07Z', '2025-12-28T18:04:07Z');
    const event = sqsEvent(
      created(minute('17/59')),
      created(minute('18/03')),
      created(minute('18/04')),
      created(minute('18/05')),
      testNotification,
    );
    expect(await rollUpHandler(async () => testing.app)(event)).toEqual({ batchItemFailures: [] });
    expect(await requestsIn(testing, 'hour')).toEqual([1, 2]);
    expect(await requestsIn(testing, 'day')).toEqual([3]);
    const { text } = await testing.app.metrics.read(testing.app.clock.now());
    expect(text).toContain('log_analytics_roll_ups_total{window="hour",outcome="created"} 2');
    expect(text).toContain('log_analytics_roll_ups_total{window="day",outcome="created"} 1');
  });

  it('is done with the messages of an hour with a damaged minute, whose customer alone is not complete, and logs why', async () => {
    const testing = testApp();
    await count(testing, '2025-12-28T17:59:59Z', '2025-12-28T18:03:07Z');
    const damaged = minuteKey(customer(), windowStart('2025-12-28T18:04:00Z'));
    await testing.app.store.put(damaged, Buffer.from('{'), { ifNoneMatch: '*' });
    const event = sqsEvent(created(minute('17/59')), created(minute('18/03')), created(minute('18/04')));
    expect(await rollUpHandler(async () => testing.app)(event)).toEqual({ batchItemFailures: [] });
    expect(await requestsIn(testing, 'hour')).toEqual([1]);
    expect(await requestsIn(testing, 'day')).toEqual([1]);
    expect(testing.logLines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'error', key: 'aggregates/hour/cus-axon/2025/12/28/18.json' }),
    ]);
    const { failedRecords } = testing.app;
    expect(await failedRecords.mayHave(customer())).toBe(true);
    expect(await failedRecords.mayHave(customer('cus-b'))).toBe(false);
  });

  it('reports an hour of which a newer version wrote a minute, keeps its messages, and goes on with the others', async () => {
    const testing = testApp();
    await count(testing, '2025-12-28T17:59:59Z', '2025-12-28T18:03:07Z');
    const { store } = testing.app;
    const key = minuteKey(customer(), windowStart('2025-12-28T18:03:00Z'));
    const object = (await store.get(key)) ?? expect.fail('the minute is not there');
    await store.put(key, ofNewerVersion(object.body), { ifMatch: object.etag });
    const event = sqsEvent(created(minute('18/03')), created(minute('17/59')));
    const reported: (readonly [string, string])[] = [];
    const handler = rollUpHandler(async () => testing.app, {
      onNewerFormat: (key, { message }) => void reported.push([key, message]),
    });
    expect(await handler(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(reported).toEqual([
      ['aggregates/hour/cus-axon/2025/12/28/18.json', expect.stringMatching(/1000/) as string],
    ]);
    expect(await requestsIn(testing, 'hour')).toEqual([1]);
    expect(await testing.app.failedRecords.mayHave(customer())).toBe(false);
  });

  it('keeps a message that cannot be understood, logs it, and goes on with the others', async () => {
    const testing = testApp();
    await count(testing, '2025-12-28T18:03:07Z');
    const event = sqsEvent(malformed, created(minute('18/03')));
    expect(await rollUpHandler(async () => testing.app)(event)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }],
    });
    expect(await requestsIn(testing, 'hour')).toEqual([1]);
    expect(testing.logLines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'error', messageId: 'message-0' }),
    ]);
  });
});
