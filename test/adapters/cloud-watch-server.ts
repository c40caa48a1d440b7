import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { credentials } from '../aws/clients.ts';
import { listen } from '../aws/running-server.ts';

export const noon = Date.UTC(2025, 11, 28, 12);
export const minutes = (count: number) => count * 60_000;

/** Values of each metric, by minutes before noon; `undefined`: CloudWatch fails. */
type Metrics = Readonly<Record<string, Readonly<Record<number, number>>>> | undefined;

/** A server that answers as CloudWatch does, and a client of it. */
export interface CloudWatchServer {
  readonly client: CloudWatchClient;
  /** The bodies of the requests so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** @param metricsNow  returns the metrics at the time of a request */
export async function startCloudWatch(metricsNow: () => Metrics): Promise<CloudWatchServer> {
  const requests: string[] = [];
  const server = await listen(
    createServer((message, response) => {
      void text(message).then((body) => {
        requests.push(body);
        const metrics = metricsNow();
        if (metrics === undefined) return response.writeHead(400).end('{"__type":"InternalServiceFault"}');
        const MetricDataResults = Object.entries(metrics).map(([Id, values]) => ({
          Id,
          Timestamps: Object.keys(values).map((before) => (noon - minutes(Number(before))) / 1_000),
          Values: Object.values(values),
        }));
        return response.writeHead(200).end(JSON.stringify({ MetricDataResults }));
      });
    }),
  );
  const client = new CloudWatchClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  return {
    client,
    requests,
    close: async () => {
      client.destroy();
      await server.close();
    },
  };
}
