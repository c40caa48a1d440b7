import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { realFileOperations } from '../../../local-store/object-directory/file-operations.ts';
import { openObjectDirectory } from '../../../local-store/object-directory.ts';
import { bucketDestination, queueDestination } from '../../../local-store/stream-event-source.ts';
import { invocationRecord } from '../../../event-source/stream/invocation-record.ts';
import { kinesisStreamEvent } from '../../../event-source/stream/kinesis-event.ts';
import { bodies, openVerify } from '../queues/queue-fixture.ts';
import { putAt, temporaryDirectory } from '../temporary-log.ts';
import { eventSourceArn, functionArn } from './source-fixture.ts';

const records = [{ sequence: 7, partitionKey: 'key', data: Buffer.from('poison'), putAt }];
const outcome = { kind: 'failed', cause: new Error('died of it') } as const;
const record = invocationRecord(
  { records, condition: 'RecordAgeExceeded' },
  { records, invocations: 3, triedMilliseconds: 0, outcome },
  { functionArn, eventSourceArn, partition: 3 },
  new Date('2025-12-28T18:03:09.250Z'),
);
const event = kinesisStreamEvent(3, records, { eventSourceArn, region: 'eu-central-1' });

describe('a bucket as a destination', () => {
  it('gets the records, each time under a key of its own in the layout of AWS', async () => {
    const objects = await openObjectDirectory(await temporaryDirectory(), { operations: realFileOperations });
    const destination = bucketDestination(objects);
    await destination.deliver(record, event);
    await destination.deliver(record, event);
    const keys: ObjectKey[] = [];
    for await (const key of objects.list('aws/lambda/')) keys.push(key);
    expect(new Set(keys).size).toBe(2);
    const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
    const layout = `^aws/lambda/(${uuid})/shardid-000000000003/2025/12/28/2025-12-28t18\\.03\\.09-${uuid}$`;
    const mappings = keys.map((key) => new RegExp(layout).exec(key)?.[1]);
    expect(mappings[0]).toBeDefined();
    expect(new Set(mappings).size).toBe(1);
    const stored = await Promise.all(keys.map((key) => objects.get(key)));
    for (const object of stored) {
      const body = object?.body.toString() ?? '';
      expect(JSON.parse(body)).toEqual({ ...record, payload: JSON.stringify(event) });
    }
    await objects.close();
  });
});

describe('a queue as a destination', () => {
  it('gets a report about the records, and not the records', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    await queueDestination(queue).deliver(record, event);
    expect(bodies(queue.list()).map((body): unknown => JSON.parse(body))).toEqual([record]);
  });
});
