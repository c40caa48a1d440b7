import { encodeAnnouncement } from '../../lib/domain/announcement.ts';
import { customerSegmentOf } from '../../lib/domain/keys.ts';
import type { WindowNotifier } from '../../lib/ports/window-notifier.ts';
import type { KafkaConnection } from './connection.ts';
import type { KafkaSender } from './send.ts';
import { topicName } from './topics.ts';

/**
 * Creates the notifier that puts the keys of changed windows on `windows`. Those of one customer share a partition, so
 * that `roll-up` recomputes an hour once for many of its minutes, and no two processes at the same time.
 */
export function createWindowNotifier(
  connection: Pick<KafkaConnection, 'prefix'>,
  sender: Pick<KafkaSender, 'send'>,
): WindowNotifier {
  const topic = topicName(connection, 'windows');
  return {
    notify: (keys) =>
      sender.send(
        keys.map((key) => ({ topic, key: customerSegmentOf(key), value: encodeAnnouncement(key) })),
      ),
  };
}
