import { credentials } from './clients.ts';
import type { RunningServer } from './running-server.ts';

/** What the SDK reads in the environment, to reach servers of this machine in place of these services. */
export function awsEnvironment(
  servers: Readonly<Partial<Record<'S3' | 'KINESIS' | 'SQS' | 'STS' | 'SSM', RunningServer>>>,
): Record<string, string> {
  const endpoints = Object.entries(servers).map(
    ([service, { endpoint }]) => [`AWS_ENDPOINT_URL_${service}`, endpoint] as const,
  );
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    NODE_NO_WARNINGS: '1', // of the SDK, about the version of Node
    ...Object.fromEntries(endpoints),
  };
}
