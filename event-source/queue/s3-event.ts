import { randomUUID } from 'node:crypto';
import type { S3Event } from 'aws-lambda';
import * as z from 'zod';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { parseJson } from '../../lib/parse-json.ts';

/** A write that is about to be made. */
export interface AnnouncedWrite {
  readonly key: string;
  readonly size: number;
  readonly eTag: string;
  readonly sequencer: string;
  readonly at: Date;
}

/** The rule that a notification follows. */
export interface NotificationOrigin {
  readonly configurationId: string;
  readonly bucketName: string;
}

/** Owner and only writer of the bucket on this machine. */
const principalId = 'LOCAL';

/**
 * Creates the notification of a write in S3's format.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function s3Event(
  { key, size, eTag, sequencer, at }: AnnouncedWrite,
  { configurationId, bucketName }: NotificationOrigin,
  region: string,
): S3Event {
  const requestId = randomUUID();
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: at.toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: { name: bucketName, ownerIdentity: { principalId }, arn: `arn:aws:s3:::${bucketName}` },
          object: { key: encodedKey(key), size, eTag, sequencer },
        },
      },
    ],
  };
}

/** Returns the keys of the objects that a message of `s3Event` announces; none for another kind of message. */
export function keysOfS3Event(body: string): ObjectKey[] {
  const parsed = s3EventSchema.safeParse(parseJson(body));
  return (parsed.data?.Records ?? []).map(({ s3 }) => s3.object.key);
}

const s3EventSchema = z.object({
  Records: z.array(
    z.object({ s3: z.object({ object: z.object({ key: z.string().transform(decodedKey) }) }) }),
  ),
});

function decodedKey(text: string): ObjectKey {
  return (new URLSearchParams(`=${text}`).get('') ?? '') as ObjectKey;
}

/** Encodes the key as a form field: a space becomes a `+`, and slashes stay. */
function encodedKey(key: string): string {
  return new URLSearchParams([['', key]]).toString().slice(1).replaceAll('%2F', '/');
}
