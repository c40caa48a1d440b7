import { SNSClient } from '@aws-sdk/client-sns';
import { expect, it } from 'vitest';
import { createSnsTarget } from '../../lib/adapters/sns-target.ts';
import { alertEvent } from '../alert-events.ts';
import { answeringServer, type Answer } from '../answering-server.ts';

const topic = 'arn:aws:sns:us-east-1:123456789012:alerts';
const published =
  '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';

/** A target on a server that speaks the protocol of SNS. */
async function targetOn(answer: Answer) {
  const server = await answeringServer(() => answer);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SNSClient({
    endpoint: server.url.href,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  return { server, target: createSnsTarget(topic, async () => client) };
}

it('publishes an event as JSON, with attributes to filter by', async () => {
  const { server, target } = await targetOn({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    text: published,
  });
  const event = alertEvent();
  await target.send(event);
  const sent = new URLSearchParams(server.received[0]?.body);
  expect(sent.get('TopicArn')).toBe(topic);
  expect(sent.get('Subject')).toBe('Alert raised: fall, cus-axon');
  expect(JSON.parse(sent.get('Message') ?? '')).toMatchObject({
    formatVersion: 1,
    id: event.id,
    requests: 1_250,
  });
  const attributes = [1, 2, 3].map((n) => [
    sent.get(`MessageAttributes.entry.${n}.Name`),
    sent.get(`MessageAttributes.entry.${n}.Value.StringValue`),
  ]);
  expect(Object.fromEntries(attributes)).toEqual({ customerId: 'cus-axon', kind: 'fall', change: 'raised' });
});

it('is down when the topic takes nothing', async () => {
  const { target } = await targetOn({ status: 500 });
  await expect(target.send(alertEvent())).rejects.toMatchObject({ name: 'NotDelivered', isDown: true });
});
