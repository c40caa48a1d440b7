/**
 * A process to be killed: an event source whose function prints `partition sequence` of each record before it
 * succeeds.
 */
import { openPartitionedLog } from '../../../local-store/partitioned-log.ts';
import {
  parseStreamEventSettings,
  startStreamEventSource,
} from '../../../local-store/stream-event-source.ts';

const [directory = ''] = process.argv.slice(2);
const clock = { now: () => new Date() };
const log = await openPartitionedLog(directory, { clock });
const stream = await log.stream('insights', {
  partitionCount: 4,
  consumers: [{ name: 'aggregate', startingPosition: 'TRIM_HORIZON' }],
});
startStreamEventSource({
  stream,
  consumer: 'aggregate',
  functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:aggregate',
  clock,
  settings: parseStreamEventSettings({ type: 'kinesis', batchSize: 10 }),
  eventSourceArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/insights',
  region: 'eu-central-1',
  logger: console,
  invoke: async ({ Records }) => {
    const lines = Records.map(({ eventID }) => `${eventID.replace('shardId-', '').replace(':', ' ')}\n`);
    await new Promise((written) => process.stdout.write(lines.join(''), written));
  },
});
