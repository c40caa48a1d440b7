const backlogLine = /^log_analytics_stream_backlog_records(?:\{[^}]*\})? (\d+)$/gm;

/**
 * Returns how many records wait to be counted, from an answer of `GET /metrics`; `undefined` where it does not say, such as
 * that of a deployed pipeline.
 */
export function backlogOf(metrics: string): number | undefined {
  const lines = [...metrics.matchAll(backlogLine)];
  return lines.length === 0 ? undefined : lines.reduce((sum, [, records]) => sum + Number(records), 0);
}
