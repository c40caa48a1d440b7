/**
 * Reads a topic as a member of a group, and prints each record that it has processed.
 *   member.ts BROKERS PREFIX INSTANCE
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseStreamEventSettings } from '../../../../event-source/stream/settings.ts';
import { createLogger } from '../../../../lib/logger.ts';
import { startStreamEventSource } from '../../../kafka/event-source/stream-event-source.ts';
import { groupName, topicName } from '../../../kafka/topics.ts';

const [brokers = '', prefix = '', instanceId = ''] = process.argv.slice(2);
const connection = { brokers: brokers.split(','), prefix, clientId: instanceId };
const clock = { now: () => new Date() };
const source = startStreamEventSource({
  connection,
  topic: topicName(connection, 'insights'),
  group: groupName(connection, 'aggregate'),
  instanceId,
  functionKey: 'aggregate',
  settings: parseStreamEventSettings({
    type: 'kinesis',
    batchSize: 20,
    functionResponseType: 'ReportBatchItemFailures',
  }),
  async invoke({ Records }) {
    await sleep(20);
    const texts = Records.map(({ kinesis }) => atob(kinesis.data));
    process.stdout.write(texts.map((text) => `${text}\n`).join(''));
  },
  destination: { deliver: async () => undefined },
  clock,
  logger: createLogger({ level: 'error', clock, write: (line) => process.stderr.write(line) }),
});
await source.ended;
