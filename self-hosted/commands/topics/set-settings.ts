import { ConfigResourceTypes, IncrementalAlterConfigOperationTypes, type Admin } from '@platformatic/kafka';
import { groupBy } from '../../../lib/group-by.ts';
import type { KafkaConnection } from '../../kafka/connection.ts';
import { topicName } from '../../kafka/topics.ts';
import type { WrongSetting } from './compare-topics.ts';

/** Corrects wrong settings, and leaves all others alone. */
export async function setSettings(
  wrong: readonly WrongSetting[],
  admin: Admin,
  connection: Pick<KafkaConnection, 'prefix'>,
): Promise<void> {
  const resources = Array.from(
    groupBy(wrong, ({ topic }) => topic),
    ([topic, settings]) => ({
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName: topicName(connection, topic),
      configs: settings.map(({ name, mustBe }) => ({
        name,
        configOperation: IncrementalAlterConfigOperationTypes.SET,
        value: mustBe,
      })),
    }),
  );
  if (resources.length > 0) await admin.incrementalAlterConfigs({ resources });
}
