import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { ingestHandler } from '../handlers/ingest.ts';
import { InMemoryObjectStore } from '../lib/adapters/in-memory-object-store.ts';
import { minuteKey, windowKey } from '../lib/domain/keys.ts';
import { encodeWindow } from '../lib/domain/window-format.ts';
import { sqsEvent } from '../event-source/queue/sqs-event.ts';
import { credentials } from '../test/aws/clients.ts';
import { startKinesisServer } from '../test/aws/kinesis-server.ts';
import { startMetricsServer } from '../test/aws/metrics-server.ts';
import { startS3Server } from '../test/aws/s3-server.ts';
import { packageService } from '../test/deploy/compiled-template.ts';
import { customer, windowStart } from '../test/factories.ts';
import { authorized, countAll, httpEvent, postLogs, testApp } from '../test/handlers/app.ts';
import { programOptions } from '../commands/program-options.ts';
import { value } from '../commands/define-command/options.ts';
import { largestBatches } from './largest-batches.ts';
import { count } from './option-kinds.ts';
import { median } from './statistics.ts';
import { createSamplePartials, eventOf } from './sample-partials.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { printTable } from './table.ts';
import { wideWindow } from './wide-window.ts';

const { invocations, only } = programOptions({
  program: 'npm run bench:function-memory --',
  summary:
    'Measures memory and processor time of the packaged functions for the largest possible events; `memorySize` and ' +
    'time-outs in serverless.yml follow from the results. Each function runs in its own process, against servers that ' +
    "speak AWS's protocols.",
  options: {
    invocations: count('invocations of each function', 5),
    only: value({
      shows: '<name>',
      help: 'one function alone, such as ingest',
      default: '',
      read: (text) => text,
    }),
  },
});
const repository = fileURLToPath(new URL('../', import.meta.url));
const customerId = customer('cus-wide');
const start = new Date('2025-12-28T18:00:00Z');

/** Invokes a function this many times, each time with a new key if the event has headers. */
const script = `
  const [bundle, file, times] = process.argv.slice(1);
  const { handler } = require(bundle);
  const text = require('node:fs').readFileSync(file, 'utf8');
  (async () => {
    const processor = [];
    let answer;
    for (let n = 0; n < Number(times); n++) {
      const event = JSON.parse(text);
      if (event.headers) event.headers['idempotency-key'] = 'run-' + n;
      const before = process.cpuUsage();
      answer = await handler(event);
      const { user, system } = process.cpuUsage(before);
      processor.push((user + system) / 1000);
    }
    const { maxRSS } = process.resourceUsage();
    process.stderr.write(JSON.stringify({ processor, maxRSS, status: answer.statusCode ?? 200, failures: answer.batchItemFailures?.length ?? 0 }));
    process.exit();
  })();
`;
const measuredSchema = z.object({
  processor: z.array(z.number()),
  maxRSS: z.number(),
  status: z.number(),
  failures: z.number(),
});

const directory = await mkdtemp(join(tmpdir(), 'function-memory-'));
const store = new InMemoryObjectStore();
const s3 = await startS3Server('logs', store);
const kinesis = await startKinesisServer({ insights: { shards: 1 }, late: { shards: 1 } });
const cloudWatch = await startMetricsServer(() => ({ minute: new Date(), value: 0 }));
const { PATH } = process.env;
const env = {
  PATH,
  NODE_NO_WARNINGS: '1',
  STORAGE: 'aws',
  BUCKET_NAME: 'logs',
  INSIGHT_STREAM_NAME: 'insights',
  LATE_STREAM_NAME: 'late',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_ENDPOINT_URL_S3: s3.endpoint,
  AWS_ENDPOINT_URL_KINESIS: kinesis.endpoint,
  AWS_ENDPOINT_URL_CLOUDWATCH: cloudWatch.endpoint,
};

try {
  await packageService('dev');
  const testing = testApp({ store });
  const traffic = createSampleTraffic(1);
  const minutes = Array.from({ length: 60 }, (_, n) => `2025-12-28T18:${String(n).padStart(2, '0')}:00Z`);
  for (const [n, minute] of minutes.entries()) {
    const window = wideWindow(
      customerId,
      windowStart(minute),
      { paths: 10_000, firstPath: n * 10_000 },
      start,
    );
    await store.put(minuteKey(customerId, windowStart(minute)), encodeWindow(window), { ifNoneMatch: '*' });
  }
  const ingest = ingestHandler(async () => testing.app);
  for (let n = 0; n < 1_000; n++) {
    const entries = traffic.entries(20, start, 1);
    await ingest(postLogs(entries, { 'idempotency-key': `small-${n}`, 'x-customer-id': 'cus-busy' }));
  }
  await countAll(testing);
  const partialOf = createSamplePartials(traffic, testing.app);
  const notifications = (keys: readonly string[]) =>
    sqsEvent(
      keys.map((key, n) => ({
        id: `message-${n}`,
        body: JSON.stringify({ Records: [{ s3: { object: { key } } }] }),
        sentAt: start,
        visibleAt: start,
        receiveCount: 1,
        firstReceivedAt: start,
        sourceQueue: undefined,
      })),
      { eventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:queue', region: 'us-east-1' },
    );
  const range = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };
  const reading = (path: string, query: Record<string, string>) =>
    authorized(httpEvent('GET', path, { query }), customerId);

  const rows = [
    ...largestBatches(traffic, start).map(({ what, body, headers }, n) => {
      return ['ingest', what, authorized(postLogs(body, headers), `cus-${n}`)] as const;
    }),
    [
      'aggregate',
      '500 records of a minute',
      eventOf(
        Array.from({ length: 500 }, () => partialOf('cus-c', start)),
        0,
      ),
    ],
    [
      'verify',
      '1,000 batches',
      notifications(Array.from({ length: 1_000 }, (_, n) => `batches/cus-busy/k-small-${n}`)),
    ],
    [
      'rollUp',
      '60 minutes of 10,000 paths',
      notifications(minutes.map((minute) => minuteKey(customerId, windowStart(minute)))),
    ],
    ['query', 'a page of such minutes', reading('/aggregates', { window: 'minute', ...range })],
    [
      'total',
      'an hour of such minutes',
      reading('/aggregates/total', { from: range.from, to: '2025-12-28T18:59:00Z' }),
    ],
  ] as const;
  const measured = [];
  for (const [functionKey, what, event] of rows) {
    if (only !== '' && only !== functionKey) continue;
    // Objects that an earlier invocation wrote would be found instead of created.
    await store.delete(windowKey(customerId, 'hour', windowStart(range.from)));
    const { processor, maxRSS, status, failures } = await measure(functionKey, event);
    if (status >= 300 || failures > 0)
      throw new Error(`${functionKey} answered ${status}, ${failures} failures.`);
    const [first = 0, ...others] = processor;
    measured.push([
      functionKey,
      what,
      (maxRSS / 1_024).toFixed(0),
      first.toFixed(0),
      median(others.length > 0 ? others : [first]).toFixed(0),
    ]);
  }
  printTable(
    `The largest events, ${invocations} invocations each`,
    ['function', 'event', 'MiB at most', 'ms of processor, first', 'and then'],
    measured,
  );
} finally {
  for (const server of [s3, kinesis, cloudWatch]) await server.close();
  await rm(directory, { recursive: true });
}

async function measure(functionKey: string, event: unknown): Promise<z.output<typeof measuredSchema>> {
  const file = join(directory, 'event.json');
  await writeFile(file, JSON.stringify(event));
  const bundle = join(repository, 'build', functionKey, 'index.cjs');
  const options = { env, maxBuffer: 64 * 1024 * 1024 };
  const args = ['-e', script, bundle, file, String(invocations)];
  const { stderr } = await promisify(execFile)(process.execPath, args, options);
  return measuredSchema.parse(JSON.parse(stderr));
}
