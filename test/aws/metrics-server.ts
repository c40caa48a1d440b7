import { createServer } from 'node:http';
import { listen, type RunningServer } from './running-server.ts';

/** A CloudWatch server that has a value of one minute for each metric that it is asked for. */
export async function startMetricsServer(
  latest: () => { readonly minute: Date; readonly value: number },
): Promise<RunningServer> {
  return listen(
    createServer((_message, response) => {
      const { minute, value } = latest();
      const MetricDataResults = ['read', 'invoked'].map((Id) => ({
        Id,
        Timestamps: [minute.getTime() / 1_000],
        Values: [value],
      }));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ MetricDataResults }));
    }),
  );
}
