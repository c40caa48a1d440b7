import * as z from 'zod';
import { parseJson } from '../parse-json.ts';
import type { ObjectKey } from './keys.ts';

/**
 * The part of an S3 event notification that is needed; a test notification has no records.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const notificationSchema = z.object({
  Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })).default([]),
});

const testNotificationSchema = z.object({ Event: z.literal('s3:TestEvent') });

/**
 * The keys of the objects that a message says were written; none where it is another kind of message, and `undefined`
 * where a key is not written as S3 writes them.
 */
export function notifiedKeys(body: string): ObjectKey[] | undefined {
  const { data } = notificationSchema.safeParse(parseJson(body));
  const keys = (data?.Records ?? []).map(({ s3 }) => decodeKey(s3.object.key));
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

/** Whether it is what S3 sends to a queue when it is told to notify it, and nothing was written. */
export function isTestNotification(body: string): boolean {
  return testNotificationSchema.safeParse(parseJson(body)).success;
}

/** S3 writes keys as form fields: URL-encoded, and spaces as plus signs. They are the store's own. */
function decodeKey(text: string): ObjectKey | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')) as ObjectKey;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
