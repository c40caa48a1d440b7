import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { maxAttempts } from '../../lib/adapters/aws-requests.ts';

/** The servers ignore signatures; these are the example keys of the AWS documentation. */
export const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const region = 'us-east-1';

/** Repeats what the SDK's own strategy repeats, as often, but at once: its pauses of up to a second show nothing. */
const withoutPauses: NonNullable<S3ClientConfig['retryStrategy']> = {
  acquireInitialRetryToken: async () => retryToken(0),
  async refreshRetryTokenForRetry(last, { errorType }) {
    const isPassing = errorType === 'TRANSIENT' || errorType === 'THROTTLING';
    const retries = last.getRetryCount() + 1;
    if (!isPassing || retries >= maxAttempts) throw new Error('The request is not repeated again.');
    return retryToken(retries);
  },
  recordSuccess: () => {},
};

function retryToken(retries: number) {
  return { getRetryCount: () => retries, getRetryDelay: () => 0 };
}

export function s3Client(endpoint: string): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, retryStrategy: withoutPauses });
}

export function kinesisClient(endpoint: string): KinesisClient {
  // The servers speak HTTP/1.1; the client's own handler is for HTTP/2.
  const requestHandler = new NodeHttpHandler();
  return new KinesisClient({ endpoint, region, credentials, requestHandler, retryStrategy: withoutPauses });
}
