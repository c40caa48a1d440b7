import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeService } from '../../commands/service.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { queryHandler } from '../../handlers/query.ts';
import { rollUpHandler } from '../../handlers/roll-up.ts';
import { verifyHandler } from '../../handlers/verify.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { LocalQueue } from '../../local-store/local-queue.ts';
import { realFileOperations } from '../../local-store/object-directory/file-operations.ts';
import { openLocalStore } from '../../local-store/open-local-store.ts';
import type { QueueSettings } from '../../local-store/queues.ts';
import { sqsEvent } from '../../event-source/queue/sqs-event.ts';
import { sentEntry } from '../factories.ts';
import { recordedLogger } from '../local-store/played-source.ts';
import { everything, SetClock } from '../local-store/queues/queue-fixture.ts';
import { countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';

const described = await describeService();
const outageSeconds = 9 * 86_400;
/** The outage and the receives are a hundredth of the real ones, since each receive is flushed to the disk. */
const share = 100;
const givingUpSooner = ({ deadLetters, ...settings }: QueueSettings): QueueSettings => ({
  ...settings,
  deadLetters: deadLetters && { ...deadLetters, maxReceiveCount: deadLetters.maxReceiveCount / share },
});
const service = { ...described, queues: described.queues.map(givingUpSooner) };
const origin = { eventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:queue', region: 'us-east-1' };
const clock = new SetClock();
let isAway = false;

/**
 * Opens the store of the emulator, with the queues and notifications of `serverless.yml`; it is down when the test
 * says so.
 */
async function openStore() {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-outage-'));
  const local = await openLocalStore(directory, {
    ...service,
    clock,
    logger: recordedLogger().logger,
    operations: realFileOperations,
  });
  onTestFinished(async () => {
    await local.close();
    await rm(directory, { recursive: true, force: true });
  });
  const objects = new Proxy(local.objects, {
    get(target, verb: keyof ObjectStore) {
      if (isAway) throw new Unavailable('The store is away.');
      return target[verb];
    },
  });
  const queue = (name: string) => local.queue(`log-analytics-pipeline-dev-${name}`);
  return { objects, queue };
}

type QueueHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** Passes visible messages to a function, as an event source does, and deletes those that it has done. */
async function deliver(queue: LocalQueue, handle: QueueHandler): Promise<void> {
  const messages = await queue.receive(everything);
  if (messages.length === 0) return;
  const { batchItemFailures } = await handle(sqsEvent(messages, origin));
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  await queue.delete(messages.filter(({ id }) => !failed.has(id)));
}

async function requestsIn({ app }: TestApp, window: string): Promise<number[]> {
  const query = { window, from: '2025-12-28T00:00:00Z', to: '2025-12-29T00:00:00Z' };
  const answer = await queryHandler(async () => app)(httpEvent('GET', '/aggregates', { query }));
  const { windows } = JSON.parse(answer.body ?? '') as { windows: { requests: number }[] };
  return windows.map(({ requests }) => requests);
}

it('has no dead letter after nine days without the store, and all is counted when it is back', async () => {
  const { objects, queue } = await openStore();
  const testing = testApp({ store: objects, clock, environment: { VERIFY_AGAIN_SECONDS: '60' } });
  const app = async () => testing.app;
  const post = async (key: string) => {
    const event = postLogs([sentEntry()], { 'idempotency-key': key });
    expect(await ingestHandler(app)(event)).toMatchObject({ statusCode: 202 });
  };
  const verify = verifyHandler(app);
  const rollUp = rollUpHandler(app);
  const pass = async (seconds: number) => {
    const step = 20; // the shorter of the two visibility time-outs
    for (let passed = 0; passed < seconds; passed += step) {
      clock.advance(step);
      await Promise.all([deliver(queue('verify'), verify), deliver(queue('roll-up'), rollUp)]);
    }
  };

  await post('counted');
  await countAll(testing);
  await post('lost');
  testing.insights.drain();

  isAway = true;
  await pass(outageSeconds / share);
  expect([...queue('verify').list()]).toHaveLength(2);
  expect([...queue('roll-up').list()]).toHaveLength(1);
  isAway = false;
  await pass(60);
  await countAll(testing);
  await pass(60);

  expect(await requestsIn(testing, 'minute')).toEqual([2]);
  expect(await requestsIn(testing, 'hour')).toEqual([2]);
  expect(await requestsIn(testing, 'day')).toEqual([2]);
  for (const name of ['verify', 'roll-up', 'unverified-batches', 'failed-roll-ups', 'failed-records']) {
    expect({ name, messages: [...queue(name).list()] }).toEqual({ name, messages: [] });
  }
});
