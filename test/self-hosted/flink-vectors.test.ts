import { describe, expect, it } from 'vitest';
import { kinesisStreamEvent } from '../../event-source/stream/kinesis-event.ts';
import { encodePartial, partitionKeyOf } from '../../lib/domain/partial.ts';
import { customer, windowPartial, windowStart } from '../factories.ts';

/** `npx vitest run --project unit test/self-hosted/flink-vectors.test.ts -u` writes it; the tests of the job read it. */
const path = '../../deploy/flink/src/test/resources/vectors.json';

const customers = ['cus-axon', 'a', '%41.b_c-D', 'x'.repeat(128)];
const topic = 'log-analytics-insights';
const partition = 3;

/** Returns records as they are in Kafka, and what the job has to make of them. */
function vectors() {
  const keys = customers.map((id) => {
    const partitionKey = partitionKeyOf(customer(id), windowStart());
    return { recordKey: Buffer.from(partitionKey).toString('base64'), partitionKey };
  });
  const records = keys.map(({ partitionKey }, at) => ({
    sequence: [0, 1, 4_294_967_296, 9_007_199_254_740_991][at] ?? 0,
    partitionKey,
    data:
      at === 0 ? Buffer.from([0, 255, 10]) : encodePartial(windowPartial({ id: `id-${at}`, requests: at })),
    putAt: new Date(Date.parse('2025-12-28T18:03:07.000Z') + at * 333),
  }));
  const event = kinesisStreamEvent(partition, records, {
    eventSourceArn: `arn:aws:kinesis:local:000000000000:stream/${topic}`,
    region: 'local',
    partitionName: String,
  });
  const inKafka = records.map(({ sequence, data, putAt }, at) => ({
    topic,
    partition,
    offset: sequence,
    appendedAt: putAt.getTime(),
    recordKey: keys[at]?.recordKey,
    value: data.toString('base64'),
  }));
  return { keys, records: inKafka, event };
}

describe('the vectors that the tests of the Flink job read', () => {
  it('are what this program makes of keys and records', async () => {
    await expect(`${JSON.stringify(vectors(), null, 2)}\n`).toMatchFileSnapshot(path);
  });
});
