import { createHash } from 'node:crypto';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { QueuedMessage } from '../../local-store/local-queue.ts';

/** A message of a dead-letter queue. */
export interface DeadMessage {
  readonly queueName: string;
  readonly message: QueuedMessage;
}

/** Something that was given up, and waits for somebody to look at it. */
export type DeadLetter =
  /** A stream record that was set aside, with the notices of it: one, or more, or none any more. */
  | {
      readonly kind: 'failed-record';
      readonly id: string;
      readonly key: ObjectKey;
      readonly notices: readonly DeadMessage[];
    }
  /** Stream records that their function died of, or reported for too long, with the notices of them. */
  | {
      readonly kind: 'given-up-records';
      readonly id: string;
      readonly key: ObjectKey;
      readonly notices: readonly DeadMessage[];
    }
  /** A notice of a record that is not there any more: a redrive died before its last step. */
  | {
      readonly kind: 'stale-notice';
      readonly id: string;
      readonly key: string;
      readonly notices: readonly DeadMessage[];
    }
  /** What S3 has sent when it was told to notify a queue of dead letters: nothing is lost. */
  | ({ readonly kind: 'test-notice'; readonly id: string } & DeadMessage)
  /** A message that a queue has given up, and the objects that it tells of. */
  | ({
      readonly kind: 'given-up-message';
      readonly id: string;
      readonly keys: readonly string[];
    } & DeadMessage);

const idLength = 12;

/** The same for the same thing, whenever it is listed: so an id can be used after others have gone. */
export function idOf(...names: readonly string[]): string {
  return createHash('sha256').update(names.join('\n')).digest('hex').slice(0, idLength);
}
