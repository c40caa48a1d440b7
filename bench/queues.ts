import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import type { ObjectKey } from '../lib/domain/keys.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import { openDurableDatabase } from '../local-store/durable-database.ts';
import { notifyingObjectStore } from '../local-store/notifications.ts';
import { openObjectDirectory } from '../local-store/object-directory.ts';
import { maxEventBytes, recordBytes, sqsEvent } from '../event-source/queue/sqs-event.ts';
import { openQueues } from '../local-store/queues.ts';
import { quantile } from './statistics.ts';
import { printTable, type Row } from './table.ts';

const { seconds } = programOptions({
  program: 'npx tsx bench/queues.ts',
  summary:
    'Measures what a notification costs each put of the object directory, with the puts of a number of clients in ' +
    'flight; then how fast messages are received and deleted by the thousand, and how long that blocks the main ' +
    'thread.',
  options: {
    seconds: count('duration of each row', 2),
  },
});
const region = 'eu-central-1';
const origin = { eventSourceArn: `arn:aws:sqs:${region}:000000000000:verify`, region };
const clock = { now: () => new Date() };
const body = Buffer.alloc(2_000, 'x');

const directory = await mkdtemp(join(tmpdir(), 'queues-bench-'));
const database = await openDurableDatabase(join(directory, 'log'));
const settings = { name: 'verify', delaySeconds: 0, visibilityTimeoutSeconds: 300, deadLetters: undefined };
const queues = openQueues(database, [settings], { clock, logger: console });
const queue = queues.queue('verify');
const objects = await openObjectDirectory(join(directory, 'objects'));
const rule = {
  configurationId: 'x',
  bucketName: 'bench',
  prefix: 'batches/',
  suffix: '',
  queueName: 'verify',
};
const notifying = notifyingObjectStore(objects, { rules: [rule], queues, region, clock });

async function putFor(store: ObjectStore, row: string, inFlight: number): Promise<Row> {
  const latencies: number[] = [];
  const before = performance.eventLoopUtilization();
  const end = performance.now() + seconds * 1000;
  const client = async (number: number) => {
    for (let put = 0; performance.now() < end; put += 1) {
      const began = performance.now();
      const key = `batches/customer-${number % 8}/${row}-${inFlight}-${number}-${put}` as ObjectKey;
      await store.put(key, body, { ifNoneMatch: '*' });
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => client(number)));
  const { active } = performance.eventLoopUtilization(before);
  return [
    row,
    inFlight,
    Math.round(latencies.length / seconds),
    quantile(latencies, 0.5).toFixed(2),
    quantile(latencies, 0.99).toFixed(2),
    ((active * 1000) / latencies.length).toFixed(0),
  ];
}

const rows: Row[] = [];
for (const inFlight of [1, 16, 64]) {
  rows.push(await putFor(objects, 'plain', inFlight));
  rows.push(await putFor(notifying, 'notified', inFlight));
}
printTable('Puts', ['', 'in flight', 'puts/s', 'p50 ms', 'p99 ms', 'µs main thread'], rows);

const receives: Row[] = [];
const { visible } = queue.depth();
const maxMessages = 10_000;
for (const maxBytes of [maxEventBytes, Infinity]) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  const messages = await queue.receive({ maxMessages, maxBytes, bytesOf: recordBytes(origin) });
  const received = performance.now();
  sqsEvent(messages, origin);
  const worded = performance.now();
  await queue.delete(messages);
  const deleted = performance.now();
  delay.disable();
  receives.push([
    messages.length,
    (received - began).toFixed(0),
    (worded - received).toFixed(0),
    (deleted - worded).toFixed(0),
    (delay.max / 1e6).toFixed(0),
  ]);
}
printTable(
  `Receives, of ${visible} messages`,
  ['messages', 'receive ms', 'event ms', 'delete ms', 'longest block ms'],
  receives,
);
const began = performance.now();
const depth = queue.depth();
console.log(`\ndepth() of ${depth.visible} messages: ${(performance.now() - began).toFixed(2)} ms`);

await database.close();
await objects.close();
await rm(directory, { recursive: true });
