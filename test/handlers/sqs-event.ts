import type { SQSEvent } from 'aws-lambda';

/** Creates the event in which SQS passes S3's messages to a function; the messages are `message-0` and so on. */
export function sqsEvent(...bodies: readonly unknown[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `message-${index}`,
      receiptHandle: 'handle',
      body: JSON.stringify(body),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1766945040000',
        SenderId: 'sender',
        ApproximateFirstReceiveTimestamp: '1766945040000',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:verify',
      awsRegion: 'us-east-1',
    })),
  };
}

/** Creates the notification of a written object. */
export const created = (key: string) => ({
  Records: [
    {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { object: { key: encodeURIComponent(key).replaceAll('%2F', '/') } },
    },
  ],
});

/** A notification whose key nobody can decode. */
export const malformed = { Records: [{ s3: { object: { key: 'batches/cus-axon/k-%zz' } } }] };

/** The message that S3 sends when notifications are configured. */
export const testNotification = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' };
