import { describe, expect, it } from 'vitest';
import { aggregateHandler } from '../../handlers/aggregate.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { failedRecordKey, minuteKey } from '../../lib/domain/keys.ts';
import { encodePartial } from '../../lib/domain/partial.ts';
import { Unavailable } from '../../lib/errors.ts';
import { customer, ofNewerVersion, windowPartial, windowStart } from '../factories.ts';
import { kinesisEvent, testApp } from './app.ts';

const good = (id: number) =>
  encodePartial(
    windowPartial({ id, counts: { requestsByPath: { 'GET /': 1 }, requestsByUserAgent: { Other: 1 } } }),
  );

describe('aggregate', () => {
  it('says that all is done, and sets aside what can never be', async () => {
    const { app, logLines } = testApp();
    const event = kinesisEvent([
      { sequenceNumber: '1', data: good(1) },
      { sequenceNumber: '2', data: Buffer.from('no partial') },
      { sequenceNumber: '3', data: good(3) },
    ]);
    expect(await aggregateHandler(async () => app)(event)).toEqual({ batchItemFailures: [] });
    expect(logLines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'error',
        stream: 'insights',
        partition: 'shardId-000000000000',
        sequenceNumber: '2',
      }),
    ]);
    expect(await app.store.get(failedRecordKey('insights', 'shardId-000000000000', '2'))).toBeDefined();
    const { text } = await app.metrics.read(app.clock.now());
    expect(text).toContain('log_analytics_partials_consumed_total{stream="insights"} 2');
    expect(text).toContain('log_analytics_partials_set_aside_total{stream="insights"} 1');
    expect(text).toContain('log_analytics_windows_created_total 1');
  });

  it.each([
    ['whose window a newer version wrote', good(1), true],
    ['that a newer version wrote', ofNewerVersion(good(1)), false],
  ])('reports a record %s, delivers it again, and keeps no failed record', async (_, data, isWindowNewer) => {
    const { app } = testApp();
    if (isWindowNewer) {
      await aggregateHandler(async () => app)(kinesisEvent([{ sequenceNumber: '0', data: good(0) }]));
      const key = minuteKey(customer(), windowStart());
      const object = (await app.store.get(key)) ?? expect.fail('the minute is not there');
      await app.store.put(key, ofNewerVersion(object.body), { ifMatch: object.etag });
    }
    const reported: string[] = [];
    const handler = aggregateHandler(async () => app, {
      onNewerFormat: (what) => void reported.push(what),
    });
    const event = kinesisEvent([{ sequenceNumber: '1', data }]);
    expect(await handler(event)).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(reported).toEqual(['Record 1 in partition shardId-000000000000 of insights']);
    expect(await app.failedRecords.mayHave(customer())).toBe(false);
  });

  it('names the records to deliver again, and logs why', async () => {
    const store = new InMemoryObjectStore();
    store.put = () => Promise.reject(new Unavailable('The disk is full.'));
    const { app, logLines } = testApp({ store });
    const event = kinesisEvent([{ sequenceNumber: '1', data: good(1) }]);
    expect(await aggregateHandler(async () => app)(event)).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    });
    expect(logLines.join('')).toContain('The disk is full.');
    const { text } = await app.metrics.read(app.clock.now());
    expect(text).toContain('log_analytics_partials_failed_total{stream="insights"} 1');
  });
});
