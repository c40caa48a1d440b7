import { gaugesOf } from './gauges.ts';

/**
 * Returns how many records wait to be counted, from an answer of `GET /metrics`; `undefined` where it does not say, such as
 * that of a deployed pipeline.
 */
export function backlogOf(metrics: string): number | undefined {
  const records = Object.values(gaugesOf(metrics)('stream_backlog_records', 'stream'));
  return records.length === 0 ? undefined : records.reduce((sum, each) => sum + each, 0);
}
