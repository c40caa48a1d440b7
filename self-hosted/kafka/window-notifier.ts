import type { WindowNotifier } from '../../lib/ports/window-notifier.ts';
import type { KafkaConnection } from './connection.ts';
import { encodeMessage } from './messages.ts';
import type { KafkaSender } from './send.ts';
import { topicName } from './topics.ts';

/** Creates the notifier that puts the keys of changed windows on `windows`. */
export function createWindowNotifier(
  connection: Pick<KafkaConnection, 'prefix'>,
  sender: Pick<KafkaSender, 'send'>,
): WindowNotifier {
  const topic = topicName(connection, 'windows');
  return {
    notify: (keys) => sender.send(keys.map((key) => ({ topic, key, value: encodeMessage({ key }) }))),
  };
}
