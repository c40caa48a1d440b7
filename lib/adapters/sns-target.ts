import type { SNSClient } from '@aws-sdk/client-sns';
import { alertToJson } from '../domain/alerts/alert-json.ts';
import { NotDelivered, type AlertTarget } from '../ports/alert-target.ts';
import { maxAttempts, requestHandler } from './aws-requests.ts';

/** Limit of SNS for a subject, which mails have. */
const maxSubjectLength = 99;

/**
 * Creates a target that publishes each event to an SNS topic, as JSON and with attributes to filter by.
 * @param openClient  called for the first event; no other function loads the client
 */
export function createSnsTarget(topicArn: string, openClient: () => Promise<SNSClient>): AlertTarget {
  let client: Promise<SNSClient> | undefined;
  return {
    name: 'sns',
    async send(event) {
      const { customerId, kind, change } = event;
      const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
      try {
        client ??= openClient();
        const { PublishCommand } = await import('@aws-sdk/client-sns');
        const command = new PublishCommand({
          TopicArn: topicArn,
          Subject: `Alert ${change}: ${kind}, ${customerId}`.slice(0, maxSubjectLength),
          Message: JSON.stringify({ formatVersion: 1, ...alertToJson(event) }),
          MessageAttributes: {
            customerId: attribute(customerId),
            kind: attribute(kind),
            change: attribute(change),
          },
        });
        await (await client).send(command);
      } catch (cause) {
        throw new NotDelivered('The SNS topic did not take the alert.', true, { cause });
      }
    },
  };
}

/** Opens a client. Region and credentials come from the environment, as Lambda sets them. */
export async function openSnsClient(): Promise<SNSClient> {
  const { SNSClient } = await import('@aws-sdk/client-sns');
  return new SNSClient({ maxAttempts, requestHandler: requestHandler() });
}
