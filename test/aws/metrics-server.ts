import { createServer } from 'node:http';
import { listen, type RunningServer } from './running-server.ts';

/** Starts a CloudWatch server with one value, a minute, for each metric of an age. Without one it fails. */
export async function startMetricsServer(
  latest: () => { readonly minute: Date; readonly value: number } | undefined,
): Promise<RunningServer> {
  return listen(
    createServer((_message, response) => {
      const known = latest();
      if (known === undefined) {
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
        response.end('{"__type":"InternalServiceFault"}');
        return;
      }
      const { minute, value } = known;
      const MetricDataResults = ['read', 'invoked', 'age'].map((Id) => ({
        Id,
        Timestamps: [minute.getTime() / 1_000],
        Values: [value],
      }));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ MetricDataResults }));
    }),
  );
}
