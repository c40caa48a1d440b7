import * as z from 'zod';

/**
 * The part of an S3 event notification that is needed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const notificationSchema = z.object({
  Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })),
});

/** The keys of the objects that a message tells of; none where it is another kind of message. */
export function noticeKeys(body: string): string[] {
  const notification = notificationSchema.safeParse(parseJson(body));
  // S3 writes keys as form fields: URL-encoded, and spaces as plus signs.
  return (notification.data?.Records ?? []).map(({ s3 }) =>
    decodeURIComponent(s3.object.key.replaceAll('+', ' ')),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
