const backlogLine = /^log_analytics_stream_backlog_records(?:\{[^}]*\})? (\d+)$/gm;

/**
 * Records that wait to be counted, by what `GET /metrics` answers; `undefined` where it does not say, as when the
 * pipeline is deployed.
 */
export function backlogOf(metrics: string): number | undefined {
  const lines = [...metrics.matchAll(backlogLine)];
  return lines.length === 0 ? undefined : lines.reduce((sum, [, records]) => sum + Number(records), 0);
}
