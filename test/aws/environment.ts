import { credentials } from './clients.ts';
import type { RunningServer } from './running-server.ts';

/** Creates the environment in which the SDK reaches servers of this machine instead of these services. */
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
    NODE_NO_WARNINGS: '1', // a warning of the SDK about the version of Node
    ...Object.fromEntries(endpoints),
  };
}
