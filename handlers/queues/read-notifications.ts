import type { SQSRecord } from 'aws-lambda';
import { notifiedKeys } from '../../lib/domain/notification.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { Logger } from '../../lib/logger.ts';

/** Notification that an object was written. */
export interface Notification {
  readonly messageId: string;
  readonly key: ObjectKey;
  /** 1 when the message comes for the first time. */
  readonly receiveCount: number;
  readonly firstReceivedAt: Date;
}

/**
 * Reads the messages of an event. A message that cannot be understood fails alone: it is delivered again, in the end
 * becomes a dead letter, and does not hold up the others.
 */
export function readNotifications(
  records: readonly SQSRecord[],
  logger: Logger,
): { readonly notifications: readonly Notification[]; readonly failedMessageIds: readonly string[] } {
  const notifications: Notification[] = [];
  const failedMessageIds: string[] = [];
  for (const { messageId, body, attributes } of records) {
    const keys = notifiedKeys(body);
    if (keys === undefined) {
      failedMessageIds.push(messageId);
      logger.error('A message cannot be understood; it comes again', { messageId });
      continue;
    }
    const receiveCount = Number(attributes.ApproximateReceiveCount);
    const firstReceivedAt = new Date(Number(attributes.ApproximateFirstReceiveTimestamp));
    notifications.push(...keys.map((key) => ({ messageId, key, receiveCount, firstReceivedAt })));
  }
  return { notifications, failedMessageIds };
}
