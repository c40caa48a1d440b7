import { encodeIntent } from '../../lib/domain/announcement.ts';
import type { Outbox } from '../../lib/ports/outbox.ts';
import type { KafkaConnection } from './connection.ts';
import type { KafkaSender } from './send.ts';
import { topicName } from './topics.ts';

export interface KafkaOutboxOptions {
  readonly connection: Pick<KafkaConnection, 'prefix'>;
  readonly sender: Pick<KafkaSender, 'send'>;
  /** Time within which an announced batch must be stored: half of the time before `verify` looks. */
  readonly putMilliseconds: number;
}

/** Creates the outbox that writes an intent before each batch is stored; the summarizer emits the partials. */
export function createKafkaOutbox({ connection, sender, putMilliseconds }: KafkaOutboxOptions): Outbox {
  const topic = topicName(connection, 'batches');
  return {
    async announce({ key, isAfterLoss = false }) {
      await sender.send([{ topic, key, value: encodeIntent({ key, isAfterLoss }) }]);
      return putMilliseconds;
    },
    emit: async () => undefined,
  };
}
