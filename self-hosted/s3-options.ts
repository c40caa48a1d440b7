import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { messageOf } from '../lib/message-of.ts';
import { CannotStart } from './cannot-start.ts';
import type { ClusterConfig } from './config.ts';

/** Together below the deadline of a put, so that a server that does not answer is noticed in time. */
const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
/** Many batches and windows are under way in a process at one time. */
const maxSockets = 256;

/**
 * Returns the options with which clients of the SDK reach the installation's S3-compatible server: address, credentials
 * and connections.
 * @throws CannotStart  the file of certificates cannot be read; the message says which
 */
export function s3Options({
  endpoint,
  caFile,
  region,
  isPathStyle,
  credentials,
}: ClusterConfig['s3']): S3ClientConfig {
  const agent = { keepAlive: true, maxSockets };
  const ca = caFile === undefined ? {} : { ca: readCertificates(caFile) };
  return {
    region,
    forcePathStyle: isPathStyle,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    requestHandler: new NodeHttpHandler({
      ...timeouts,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent({ ...agent, ...ca }),
    }),
  };
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CannotStart(`The file of certificates for the store cannot be read: ${messageOf(cause)}.`, {
      cause,
    });
  }
}
