import { describe, expect, it } from 'vitest';
import { createMetrics } from '../lib/metrics.ts';
import { createInMemoryEventStream } from '../lib/adapters/in-memory-event-stream.ts';
import { instant } from './factories.ts';

const clock = { now: () => instant('2025-12-28T18:04:00Z') };

function flushedMetrics() {
  const lines: string[] = [];
  const stream = createInMemoryEventStream({ clock });
  const write = (line: string) => lines.push(line);
  const metrics = createMetrics({ insights: stream, late: stream }, { namespace: 'logs-dev', clock, write });
  const flushed = async (): Promise<unknown[]> => {
    await metrics.flush();
    return lines.splice(0).map((line): unknown => JSON.parse(line));
  };
  return { metrics, flushed };
}

describe('metrics that are flushed to CloudWatch', () => {
  it('say what was added since the last flush, in the embedded metric format', async () => {
    const { metrics, flushed } = flushedMetrics();
    metrics.batchesIngested.inc();
    metrics.entriesIngested.inc(20);
    expect(await flushed()).toEqual([
      {
        _aws: {
          Timestamp: Date.UTC(2025, 11, 28, 18, 4),
          CloudWatchMetrics: [
            {
              Namespace: 'logs-dev',
              Dimensions: [[]],
              Metrics: [
                { Name: 'log_analytics_batches_ingested_total', Unit: 'Count' },
                { Name: 'log_analytics_entries_ingested_total', Unit: 'Count' },
              ],
            },
          ],
        },
        log_analytics_batches_ingested_total: 1,
        log_analytics_entries_ingested_total: 20,
      },
    ]);
    expect(await flushed()).toEqual([]);
    metrics.entriesIngested.inc(5);
    expect(await flushed()).toMatchObject([{ log_analytics_entries_ingested_total: 5 }]);
  });

  it('have a document for each set of labels, and the mean of what was measured', async () => {
    const { metrics, flushed } = flushedMetrics();
    const answered = { route: 'POST /logs', status: '202', error_code: '' };
    metrics.httpRequests.inc(answered);
    metrics.httpRequestDuration.observe(answered, 0.25);
    metrics.partialsConsumed.inc({ stream: 'late' }, 3);
    expect(await flushed()).toMatchObject([
      {
        _aws: {
          CloudWatchMetrics: [
            {
              Dimensions: [['route', 'status', 'error_code']],
              Metrics: [
                { Name: 'log_analytics_http_requests_total', Unit: 'Count' },
                { Name: 'log_analytics_http_request_duration_seconds', Unit: 'Seconds' },
              ],
            },
          ],
        },
        route: 'POST /logs',
        status: '202',
        error_code: 'none',
        log_analytics_http_requests_total: 1,
        log_analytics_http_request_duration_seconds: 0.25,
      },
      { stream: 'late', log_analytics_partials_consumed_total: 3 },
    ]);
    metrics.httpRequestDuration.observe(answered, 0.5);
    metrics.httpRequestDuration.observe(answered, 1);
    expect(await flushed()).toMatchObject([{ log_analytics_http_request_duration_seconds: 0.75 }]);
  });

  it('leave out those of the process', async () => {
    const { flushed } = flushedMetrics();
    expect(await flushed()).toEqual([]);
  });
});
