/**
 * A process whose function ends it, without warning, at each invocation, after it has printed the receive count of
 * its message. It ends by itself when messages become dead letters. Its clock begins this many seconds after 1970:
 * its second argument.
 */
import { openDurableDatabase } from '../../../local-store/durable-database.ts';
import { parseQueueEventSettings, startQueueEventSource } from '../../../local-store/queue-event-source.ts';
import { openQueues } from '../../../local-store/queues.ts';
import { dyingQueues } from './dying-queues.ts';

const [directory = '', seconds = '0'] = process.argv.slice(2);
const clock = { now: () => new Date(Number(seconds) * 1000) };
const logger = { ...console, warn: () => process.exit(0) };
const queues = openQueues(await openDurableDatabase(directory), dyingQueues, { clock, logger });
startQueueEventSource({
  queue: queues.queue('verify'),
  settings: parseQueueEventSettings({ functionResponseType: 'ReportBatchItemFailures' }),
  eventSourceArn: 'arn:aws:sqs:eu-central-1:000000000000:verify',
  region: 'eu-central-1',
  logger,
  clock,
  invoke: async ({ Records }) => {
    const line = Records.map(
      ({ body, attributes }) => `${body} ${attributes.ApproximateReceiveCount}`,
    ).join();
    await new Promise((written) => process.stdout.write(`${line}\n`, written));
    process.kill(process.pid, 'SIGKILL');
  },
});
