import { beforeEach, describe, expect, it } from 'vitest';
import { kinesisStreamEvent } from '../../../event-source/stream/kinesis-event.ts';
import { aggregateHandler } from '../../../handlers/aggregate.ts';
import { ingestHandler } from '../../../handlers/ingest.ts';
import { rollUpHandler } from '../../../handlers/roll-up.ts';
import { verifyHandler } from '../../../handlers/verify.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { encodeIntent } from '../../../lib/domain/announcement.ts';
import { customerIndexKey, horizonKeys, tombstoneKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { NewerVersionNeeded, stopAtNewerFormat } from '../../kafka/consumer/role-stopped.ts';
import { summarizeFunction } from '../../roles/summarize-function.ts';
import { customer, instant, ofNewerVersion, sentEntry } from '../../../test/factories.ts';
import { countAll, kinesisEvent, postLogs, testApp, type TestApp } from '../../../test/handlers/app.ts';
import { created, sqsEvent } from '../../../test/handlers/sqs-event.ts';

const batch = 'batches/cus-axon/k-a' as ObjectKey;
const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json' as ObjectKey;
const hour = 'aggregates/hour/cus-axon/2025/12/28/18.json' as ObjectKey;
const day = 'aggregates/day/cus-axon/2025/12/28.json' as ObjectKey;
const tombstone = tombstoneKey(customer());
const index = customerIndexKey(customer());
const horizon = horizonKeys.windows;

let store: InMemoryObjectStore;
/** The partial of the batch. */
let partial: Uint8Array;
let intent: Buffer;

beforeEach(async () => {
  store = new InMemoryObjectStore();
  const before = testApp({ store });
  const app = async () => before.app;
  await ingestHandler(app)(postLogs([sentEntry()], { 'idempotency-key': 'a' }));
  const [record] = before.insights.drain();
  partial = record?.data ?? expect.fail('nothing was emitted');
  await before.app.streams.insights.put([
    { partitionKey: record?.partitionKey ?? '', data: Buffer.from(partial) },
  ]);
  await countAll(before);
  await rollUpHandler(app)(sqsEvent(created(minute)));
  intent = encodeIntent({ key: batch, isAfterLoss: false });
});

/** Functions of the roles, each invoked with what concerns the batch. */
const roles = {
  /** A minute after the batch was stored, so that it looks at the windows. */
  async summarizer({ app }: TestApp) {
    const limits = {
      putMilliseconds: 0,
      clockDifferenceMilliseconds: 0,
      signal: new AbortController().signal,
    };
    const invoke = summarizeFunction(app, limits, {
      isTriedEnough: () => true,
      onNewerFormat: stopAtNewerFormat,
    });
    const record = { sequence: 7, partitionKey: batch, data: intent, putAt: instant('2025-12-28T18:05:00Z') };
    return invoke(
      kinesisStreamEvent(3, [record], {
        eventSourceArn: 'arn:aws:kinesis:local:000000000000:stream/batches',
        region: 'local',
        partitionName: String,
      }),
    );
  },
  async aggregate({ app }: TestApp) {
    const handler = aggregateHandler(async () => app, {
      isTriedEnough: () => true,
      onNewerFormat: stopAtNewerFormat,
    });
    return handler(kinesisEvent([{ sequenceNumber: '1', data: partial }]));
  },
  async verify({ app }: TestApp) {
    return verifyHandler(async () => app, { onNewerFormat: stopAtNewerFormat })(sqsEvent(created(batch)));
  },
  async 'roll-up'({ app }: TestApp) {
    const handler = rollUpHandler(async () => app, {
      isTriedEnough: () => true,
      onNewerFormat: stopAtNewerFormat,
    });
    return handler(sqsEvent(created(minute)));
  },
} as const;

/** Replaces an object by what a newer version might have stored there. */
async function renew(key: ObjectKey): Promise<void> {
  const object = await store.get(key);
  const body = object === undefined ? Buffer.from('{"formatVersion":1000}\n') : ofNewerVersion(object.body);
  await store.put(key, body, object === undefined ? { ifNoneMatch: '*' } : { ifMatch: object.etag });
}

async function contents(): Promise<ReadonlyMap<string, string>> {
  const bodies = new Map<string, string>();
  for await (const key of store.list(''))
    bodies.set(key, (await store.get(key))?.body.toString('latin1') ?? '');
  return bodies;
}

describe('a role of the cluster stops at a newer format, says what, and changes nothing', () => {
  it.each([
    ['summarizer', batch],
    ['summarizer', minute],
    ['summarizer', tombstone],
    ['summarizer', horizon],
    ['aggregate', minute],
    ['aggregate', tombstone],
    ['aggregate', horizon],
    ['verify', batch],
    ['verify', minute],
    ['verify', tombstone],
    ['verify', horizon],
    ['roll-up', minute],
    ['roll-up', hour],
    ['roll-up', day],
    ['roll-up', tombstone],
    ['roll-up', index],
    ['roll-up', horizon],
  ] as const)('%s: %s', async (role, key) => {
    await renew(key);
    const testing = testApp({ store });
    const before = await contents();
    const stopped = await roles[role](testing).then(
      () => expect.fail('it went on'),
      (error: unknown) => error,
    );
    expect(stopped).toBeInstanceOf(NewerVersionNeeded);
    const message = stopped instanceof Error ? stopped.message : '';
    expect(message).toContain(`${key}: `);
    expect(message).toMatch(
      /has format version 1000; .*Nothing is lost.*Start this role with that version\.$/,
    );
    expect(await contents()).toEqual(before);
    expect([...testing.insights.drain(), ...testing.late.drain()]).toEqual([]);
  });

  it.each([
    ['summarizer', /^Record 7 in partition 3 of batches cannot/],
    ['aggregate', /^Record 1 in partition shardId-000000000000 of insights cannot/],
  ] as const)('%s: a record', async (role, what) => {
    intent = ofNewerVersion(intent);
    partial = ofNewerVersion(Buffer.from(partial));
    const before = await contents();
    await expect(roles[role](testApp({ store }))).rejects.toThrow(what);
    expect(await contents()).toEqual(before);
  });

  it.each(Object.keys(roles) as (keyof typeof roles)[])('%s goes on at what it knows', async (role) => {
    expect(await roles[role](testApp({ store }))).toEqual({ batchItemFailures: [] });
  });
});
