import { describe, expect, it } from 'vitest';
import { aggregateHandler } from '../../handlers/aggregate.ts';
import { encodePartial } from '../../lib/domain/partial.ts';
import { windowPartial } from '../factories.ts';
import { kinesisEvent, testApp } from './app.ts';

const good = (id: number) => encodePartial(windowPartial({ id, counts: { requestsByPath: { 'GET /': 1 } } }));

describe('aggregate', () => {
  it('names the records that have to come again, and logs why', async () => {
    const { app, logLines } = testApp();
    const handler = aggregateHandler(async () => app);
    const event = kinesisEvent([
      { sequenceNumber: '1', data: good(1) },
      { sequenceNumber: '2', data: Buffer.from('no partial') },
      { sequenceNumber: '3', data: good(3) },
    ]);
    expect(await handler(event)).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(logLines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'error', partials: 1, sequenceNumber: '2' }),
    ]);
    const { text } = await app.metrics.read(app.clock.now());
    expect(text).toContain('log_analytics_partials_consumed_total{stream="insights"} 2');
    expect(text).toContain('log_analytics_partials_failed_total{stream="insights"} 1');
    expect(text).toContain('log_analytics_windows_created_total 1');
  });
});
