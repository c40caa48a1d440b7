import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The servers ignore signatures; these are the example keys of the AWS documentation. */
export const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const region = 'us-east-1';

export function s3Client(endpoint: string): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}

export function kinesisClient(endpoint: string): KinesisClient {
  // The servers speak HTTP/1.1; the client's own handler is for HTTP/2.
  return new KinesisClient({ endpoint, region, credentials, requestHandler: new NodeHttpHandler() });
}
