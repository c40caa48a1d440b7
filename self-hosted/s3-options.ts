import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { ClusterConfig } from './config.ts';

/** Returns the address and the credentials of the installation's S3-compatible server, as clients of the SDK take them. */
export function s3Options({
  endpoint,
  region,
  isPathStyle,
  credentials,
}: ClusterConfig['s3']): S3ClientConfig {
  return {
    region,
    forcePathStyle: isPathStyle,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
  };
}
