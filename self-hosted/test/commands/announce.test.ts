import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Admin } from '@platformatic/kafka';
import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { callCommand } from '../../../test/commands/run-command.ts';
import { VerifyWorld } from '../../../test/pipeline/verify/verify-world.ts';
import { decodeIntent } from '../../../lib/domain/announcement.ts';
import { announceCommand } from '../../commands/announce.ts';
import { clientOptions } from '../../kafka/connection.ts';
import { createSender } from '../../kafka/send.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';
import { groupName } from '../../kafka/topics.ts';
import { createFreshTopics } from '../kafka/fresh-topics.ts';
import { readAll } from '../kafka/read-all.ts';

/** An installation with a bucket that has three batches, stored an hour apart, and one that is damaged. */
async function openInstallation() {
  const { s3 } = inject('services');
  const fresh = await createFreshTopics(undefined, { partitions: 1 });
  const client = new S3Client({ ...s3, forcePathStyle: true });
  const bucket = `announce-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const world = new VerifyWorld();
  const put = (Key: string, Body: Uint8Array) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  const keys: string[] = [];
  const storedAt: Date[] = [];
  for (const name of ['first', 'second', 'third']) {
    storedAt.push(world.now);
    const { key } = await world.storeBatch(name, '18:03');
    const object = await world.store.get(key);
    await put(key, object?.body ?? Buffer.alloc(0));
    keys.push(key);
    world.wait(3_600);
  }
  await put('batches/cus-axon/k-damaged', Buffer.from('{"formatVersion":1}\n'));
  onTestFinished(async () => {
    client.destroy();
    await fresh.remove();
  });
  const env = {
    KAFKA_BROKERS: fresh.connection.brokers.join(','),
    TOPIC_PREFIX: fresh.connection.prefix,
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    BUCKET_NAME: bucket,
  };
  return {
    ...fresh,
    keys,
    storedAt,
    run: (...args: readonly string[]) => callCommand(async () => announceCommand, env, args).ended,
  };
}

describe('announce', () => {
  it('announces the batches that were stored since then, and those that cannot be read', async () => {
    const { connection, nameOf, keys, storedAt, run } = await openInstallation();
    const ended = await run('--since', storedAt[1]?.toISOString() ?? '');
    expect(ended).toMatchObject({ exitCode: 0 });
    expect(ended.stdout).toContain('Announced 3 batches.');
    const intents = (await readAll(connection, nameOf('batches'))).map(({ value }) => decodeIntent(value));
    expect(intents.map(({ key }) => key).toSorted()).toEqual(
      ['batches/cus-axon/k-damaged', ...keys.slice(1)].toSorted(),
    );
    expect(intents.every(({ isAfterLoss }) => isAfterLoss)).toBe(true);
  });

  it('moves lost positions to the first available record', async () => {
    const { connection, nameOf, run } = await openInstallation();
    const sender = createSender(connection);
    for (const text of ['a', 'b', 'c'])
      await sender.send([{ topic: nameOf('insights'), key: 'x', value: Buffer.from(text) }]);
    await sender.close();
    const admin = new Admin(clientOptions(connection));
    await admin.deleteRecords({
      topics: [{ name: nameOf('insights'), partitions: [{ partition: 0, offset: 2n }] }],
    });
    await admin.close();

    const ended = await run('--since', '2020-01-01T00:00:00Z');
    expect(ended.stdout).toContain(
      `The group ${groupName(connection, 'aggregate')} begins at the first record of partition 0 of ${nameOf('insights')}.`,
    );
    const offsets = createTopicOffsets(connection);
    const committed = await offsets.committed(groupName(connection, 'aggregate'), nameOf('insights'));
    await offsets.close();
    expect([...committed]).toEqual([[0, 2n]]);
  });

  it.each([[[]], [['--since', 'yesterday']], [['--since', '2025-12-28T18:00:00']]])(
    'asks for an instant: %j',
    async (args) => {
      const { exitCode, stderr } = await callCommand(async () => announceCommand, {}, args).ended;
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/--since/)]);
    },
  );
});
