import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import type { LocalStream } from '../local-store/local-stream.ts';
import { openPartitionedLog } from '../local-store/partitioned-log.ts';
import { parseStreamEventSettings, startStreamEventSource } from '../local-store/stream-event-source.ts';

const { seconds } = programOptions({
  program: 'npx tsx bench/partitioned-log.ts',
  summary:
    'Measures how many durable puts per second the partitioned log takes, how long one waits, and its cost on the ' +
    'main thread, with the appends of a number of clients in flight; then how fast a stream event source brings ' +
    'records to a function.',
  options: {
    seconds: count('duration of each row', 2),
  },
});
const clock = { now: () => new Date() };
const data = Buffer.alloc(400, 'x');
const consumer = 'aggregate';

async function putFor(stream: LocalStream, inFlight: number): Promise<readonly number[]> {
  const latencies: number[] = [];
  const end = performance.now() + seconds * 1000;
  const client = async (number: number) => {
    for (let put = 0; performance.now() < end; put += 1) {
      const began = performance.now();
      await stream.put([{ partitionKey: `customer-${number}/${put % 10}`, data }]);
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => client(number)));
  return latencies.toSorted((a, b) => a - b);
}

const directory = await mkdtemp(join(tmpdir(), 'partitioned-log-bench-'));
const log = await openPartitionedLog(directory, { clock });

for (const isConsumed of [false, true]) {
  const stream = await log.stream(isConsumed ? 'consumed' : 'only put', {
    partitionCount: 8,
    consumers: [{ name: consumer, startingPosition: 'TRIM_HORIZON' }],
  });
  let delivered = 0;
  let invocations = 0;
  const source = startStreamEventSource({
    stream,
    consumer,
    functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:bench',
    clock,
    settings: parseStreamEventSettings({ type: 'kinesis', batchSize: 100, enabled: isConsumed }),
    eventSourceArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/bench',
    region: 'eu-central-1',
    logger: console,
    invoke: async ({ Records }) => {
      invocations += 1;
      delivered += Records.length;
    },
  });
  for (const inFlight of [1, 8, 64]) {
    [delivered, invocations] = [0, 0];
    const before = performance.eventLoopUtilization();
    const latencies = await putFor(stream, inFlight);
    const { active } = performance.eventLoopUtilization(before);
    const { records: behind } = await stream.backlog();
    const puts = latencies.length;
    console.log(
      `${stream.name.padEnd(8)} ${String(inFlight).padStart(2)} in flight: ${Math.round(puts / seconds)} puts/s,`,
      `p50 ${latencies[puts >> 1]?.toFixed(2)} ms, p99 ${latencies[Math.floor(puts * 0.99)]?.toFixed(2)} ms,`,
      `main thread ${((active * 1000) / puts).toFixed(1)} µs per put`,
      isConsumed ? `delivered ${Math.round(delivered / seconds)}/s by ${invocations}, behind ${behind}` : '',
    );
  }
  await source.stop();
}

await log.close();
await rm(directory, { recursive: true });
