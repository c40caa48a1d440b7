import { createHash } from 'node:crypto';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { QueuedMessage } from '../../local-store/local-queue.ts';

/** A message of a dead-letter queue. */
export interface DeadMessage {
  readonly queueName: string;
  readonly message: QueuedMessage;
}

/** A record or message that the pipeline no longer tries, and that waits for a person. */
export type DeadLetter =
  /** A failed record, with the messages about it: one, several, or none any more. */
  | {
      readonly kind: 'failed-record';
      readonly id: string;
      readonly key: ObjectKey;
      readonly messages: readonly DeadMessage[];
    }
  /** Stream records that crashed their function, or that it reported for too long, with the messages about them. */
  | {
      readonly kind: 'failed-invocation';
      readonly id: string;
      readonly key: ObjectKey;
      readonly messages: readonly DeadMessage[];
    }
  /** A message about a record that no longer exists: a redrive died before its last step. */
  | {
      readonly kind: 'stale-message';
      readonly id: string;
      readonly key: string;
      readonly messages: readonly DeadMessage[];
    }
  /** A test message of S3, sent when a queue of dead letters was configured: nothing is lost. */
  | ({ readonly kind: 'test-message'; readonly id: string } & DeadMessage)
  /** A message that was moved to a dead-letter queue, and the keys of the objects in it. */
  | ({
      readonly kind: 'dead-message';
      readonly id: string;
      readonly keys: readonly string[];
    } & DeadMessage);

const idLength = 12;

/** Returns an id that is stable: it names the same dead letter after others are gone. */
export function idOf(...names: readonly string[]): string {
  return createHash('sha256').update(names.join('\n')).digest('hex').slice(0, idLength);
}
