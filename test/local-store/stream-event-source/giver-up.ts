/**
 * A process whose function crashes with every record, and whose event source delivers it at once to the queue
 * `failed`. It ends itself, without warning, at the step that its second argument names: `before delivery`, `before
 * checkpoint`, or `after checkpoint`.
 */
import { openDurableDatabase } from '../../../local-store/durable-database.ts';
import { partitionedLogIn } from '../../../local-store/partitioned-log.ts';
import { openQueues } from '../../../local-store/queues.ts';
import {
  parseStreamEventSettings,
  queueDestination,
  startStreamEventSource,
} from '../../../local-store/stream-event-source.ts';
import { dyingQueues } from '../queue-event-source/dying-queues.ts';

const [directory = '', end = ''] = process.argv.slice(2);
const clock = { now: () => new Date() };
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const database = await openDurableDatabase(directory);
const queue = openQueues(database, dyingQueues, { clock, logger }).queue('failed');
const stream = await partitionedLogIn(database, { clock }).stream('insights', {
  partitionCount: 1,
  consumers: [{ name: 'aggregate', startingPosition: 'TRIM_HORIZON' }],
});

function endAt(step: string): void {
  if (step === end) process.kill(process.pid, 'SIGKILL');
}

const finish = stream.finish.bind(stream);
stream.finish = async (...args) => {
  endAt('before checkpoint');
  await finish(...args);
  endAt('after checkpoint');
};
startStreamEventSource({
  stream,
  consumer: 'aggregate',
  functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:aggregate',
  settings: parseStreamEventSettings({
    type: 'kinesis',
    maximumRetryAttempts: 0,
    destinations: { onFailure: 'given by argument' },
  }),
  destination: queueDestination({
    send: (body) => {
      endAt('before delivery');
      return queue.send(body);
    },
  }),
  eventSourceArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/insights',
  region: 'eu-central-1',
  logger,
  clock,
  invoke: () => Promise.reject(new Error('died of it')),
});
