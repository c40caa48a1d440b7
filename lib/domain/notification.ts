import * as z from 'zod';
import { parseJson } from '../parse-json.ts';
import type { ObjectKey } from './keys.ts';

/**
 * The part of an S3 event notification that is used; a test notification has no records.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const notificationSchema = z.object({
  Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })).default([]),
});

const testNotificationSchema = z.object({ Event: z.literal('s3:TestEvent') });

/**
 * Returns the keys of written objects in a message; none if it is another kind of message, and `undefined` if a key
 * does not have S3's form.
 */
export function notifiedKeys(body: string): ObjectKey[] | undefined {
  const { data } = notificationSchema.safeParse(parseJson(body));
  const keys = (data?.Records ?? []).map(({ s3 }) => decodeKey(s3.object.key));
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

/** Reports whether a message is the test that S3 sends when notifications are configured, without any write. */
export function isTestNotification(body: string): boolean {
  return testNotificationSchema.safeParse(parseJson(body)).success;
}

/**
 * Decodes a key. S3 writes keys as form fields, URL-encoded and with plus signs for spaces. All keys are those of the
 * store.
 */
function decodeKey(text: string): ObjectKey | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')) as ObjectKey;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
