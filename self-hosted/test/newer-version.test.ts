import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { expect, inject, it, onTestFinished } from 'vitest';
import { encodeAnnouncement, encodeIntent } from '../../lib/domain/announcement.ts';
import { minuteKey, type ObjectKey } from '../../lib/domain/keys.ts';
import { customer, receivedRecord, windowPartial, windowStart } from '../../test/factories.ts';
import { parseClusterConfig } from '../config.ts';
import { createSender } from '../kafka/send.ts';
import { createTopicOffsets } from '../kafka/topic-offsets.ts';
import { groupName, type Topic } from '../kafka/topics.ts';
import { runProcess } from '../process/run-process.ts';
import type { RoleName } from '../roles/role-names.ts';
import { createFreshTopics } from './kafka/fresh-topics.ts';
import { until } from './kafka/until.ts';

const batch = 'batches/cus-axon/k-newer' as ObjectKey;
const minute = minuteKey(customer(), windowStart());
/** All that is known of it is its version. */
const newer = Buffer.from('{"formatVersion":1000}\n');
/** `verify` looks at a batch a minute after its intent, which here is at once. */
const clock = { now: () => new Date(Date.now() + 61_000) };

/** Opens an installation where a newer version has stored a batch and a minute, both of which were announced. */
async function openInstallation() {
  const { s3 } = inject('services');
  const fresh = await createFreshTopics(undefined, { partitions: 1 });
  const { connection, nameOf } = fresh;
  const bucket = `newer-${randomUUID()}`;
  const client = new S3Client({ ...s3, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const Key of [batch, minute]) {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: newer }));
  }
  const sender = createSender(connection);
  const put = (topic: Topic, key: string, value: Buffer) =>
    sender.send([{ topic: nameOf(topic), key, value }]);
  const { partitionKey, data } = receivedRecord(
    '0',
    windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 1 } } }),
  );
  await put('batches', batch, encodeIntent({ key: batch, isAfterLoss: false }));
  await put('insights', partitionKey, data);
  await put('windows', minute, encodeAnnouncement(minute));
  const offsets = createTopicOffsets(connection);
  onTestFinished(async () => {
    client.destroy();
    await Promise.all([sender.close(), offsets.close()]);
    await fresh.remove();
  });
  const config = parseClusterConfig({
    KAFKA_BROKERS: connection.brokers.join(','),
    TOPIC_PREFIX: connection.prefix,
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    BUCKET_NAME: bucket,
    ALLOW_UNAUTHENTICATED: 'true',
    INSTANCE_ID: 'one',
    VERIFY_AFTER_SECONDS: '60',
    PORT: '0',
    ADMIN_PORT: '0',
  });
  const positions = async () => {
    const committed = (group: Parameters<typeof groupName>[1], topic: Topic) =>
      offsets.committed(groupName(connection, group), nameOf(topic));
    const all = await Promise.all([
      committed('summarizer', 'batches'),
      committed('verify', 'batches'),
      committed('aggregate', 'insights'),
      committed('roll-up', 'windows'),
    ]);
    return all.map((each) => each.get(0) ?? 0n);
  };
  return { config, positions };
}

type Installation = Awaited<ReturnType<typeof openInstallation>>;

function run({ config }: Installation, ...roles: readonly RoleName[]) {
  const lines: string[] = [];
  const stop = new AbortController();
  const writeLog = (line: string) => void lines.push(line);
  const ended = runProcess({ roles, config, clock, writeLog, stopping: stop.signal });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  const log = () => lines.map((line) => JSON.parse(line) as { message: string; adminPort?: number });
  return { ended, stop, lines, log };
}

it('stops each role that meets a newer version, leaves the others of its process at work, and says why it is not ready', async () => {
  const installation = await openInstallation();
  const { ended, stop, lines, log } = run(
    installation,
    'api',
    'summarizer',
    'aggregate',
    'verify',
    'roll-up',
  );
  const port = () => log().find(({ message }) => message === 'At work')?.adminPort;
  await until(() => port() !== undefined);
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${port()}/ready`);
    return { status: response.status, text: await response.text() };
  };
  const stops = () => log().filter(({ message }) => message.startsWith('A role cannot go on.')).length;
  await until(() => stops() === 4);
  const { status, text } = await ready();
  expect(status).toBe(503);
  const { problems } = JSON.parse(text) as { problems: readonly string[] };
  expect(problems).toHaveLength(4);
  for (const [role, object] of [
    ['summarizer', batch],
    ['verify', batch],
    ['aggregate', minute],
    ['roll-up', minute],
  ]) {
    expect(problems).toContainEqual(
      expect.stringMatching(
        new RegExp(`^${role}: .*${object}: .* format version 1000; .*Start this role with that version\\.$`),
      ),
    );
  }
  expect(await installation.positions()).toEqual([0n, 0n, 0n, 0n]);
  expect(lines.join('')).not.toContain('failed record');
  stop.abort();
  expect(await ended).toBe(0);
});

it('ends the process of a role that is alone, each time that it is started again, and moves no position', async () => {
  const installation = await openInstallation();
  for (const role of ['summarizer', 'verify'] as const) {
    for (let restarts = 0; restarts < 2; restarts += 1) {
      const { ended, lines } = run(installation, role);
      expect(await ended).toBe(1);
      expect(lines.join('')).toMatch(
        /A role cannot go on, so the process ends.*Start this role with that version/,
      );
    }
  }
  expect(await installation.positions()).toEqual([0n, 0n, 0n, 0n]);
});
