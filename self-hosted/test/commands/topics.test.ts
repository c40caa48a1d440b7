import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka';
import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { callCommand } from '../../../test/commands/run-command.ts';
import { topicsCommand } from '../../commands/topics.ts';
import { clientOptions } from '../../kafka/connection.ts';
import { createSender } from '../../kafka/send.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';
import { groupName, topicName, topics } from '../../kafka/topics.ts';
import { readAll } from '../kafka/read-all.ts';

/** An installation without topics. */
function openInstallation() {
  const { brokers } = inject('services');
  const prefix = `test-${randomUUID()}-`;
  const connection = { brokers, prefix, clientId: 'test' };
  const admin = new Admin(clientOptions(connection));
  const env = {
    KAFKA_BROKERS: brokers.join(','),
    TOPIC_PREFIX: prefix,
    TOPIC_PARTITIONS: '2',
    TOPIC_REPLICATION: '1',
  };
  onTestFinished(async () => {
    const own = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
    await admin.close();
  });
  return {
    connection,
    admin,
    nameOf: (topic: (typeof topics)[number]) => topicName(connection, topic),
    run: (...args: readonly string[]) => callCommand(async () => topicsCommand, env, args).ended,
    runWith: (more: Readonly<Record<string, string>>, ...args: readonly string[]) =>
      callCommand(async () => topicsCommand, { ...env, ...more }, args).ended,
  };
}

describe('topics', () => {
  it('creates all topics with settings that lose nothing, and changes nothing when it is run again', async () => {
    const { admin, nameOf, run } = openInstallation();
    const missing = await run('check');
    expect([missing.exitCode, missing.stderr.split('\n').length]).toEqual([1, topics.length + 1]);
    expect(missing.stderr).toContain(`${nameOf('verify-86400')} does not exist. Create it: topics create.`);

    const created = await run('create');
    expect(created).toMatchObject({ exitCode: 0, stderr: '' });
    const [described] = await admin.describeConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: nameOf('batches') }],
    });
    const settings = new Map(described?.configs.map(({ name, value }) => [name, value]));
    const names = [
      'retention.ms',
      'retention.bytes',
      'message.timestamp.type',
      'max.message.bytes',
      'unclean.leader.election.enable',
    ];
    expect(names.map((name) => settings.get(name))).toEqual([
      '-1',
      '-1',
      'LogAppendTime',
      '4194304',
      'false',
    ]);
    expect(await run()).toMatchObject({ exitCode: 0, stdout: 'All topics are set up correctly.\n' });
  });

  it('names a setting that loses records, and corrects it when asked', async () => {
    const { admin, nameOf, run } = openInstallation();
    await run('create');
    await admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: ConfigResourceTypes.TOPIC,
          resourceName: nameOf('insights'),
          configs: [
            {
              name: 'retention.ms',
              configOperation: IncrementalAlterConfigOperationTypes.SET,
              value: '604800000',
            },
          ],
        },
      ],
    });
    const wrong = `${nameOf('insights')}: retention.ms is 604800000 and must be -1. Set it: topics create --set-settings.\n`;
    expect(await run('check')).toMatchObject({ exitCode: 1, stderr: wrong });
    expect(await run('create')).toMatchObject({ exitCode: 1, stderr: wrong });
    expect((await run('create', '--set-settings')).exitCode).toBe(0);
    expect((await run('check')).exitCode).toBe(0);
  });

  it('says that a topic has fewer copies than configured', async () => {
    const { nameOf, run, runWith } = openInstallation();
    await run('create');
    const checked = await runWith({ TOPIC_REPLICATION: '3' }, 'check');
    expect(checked.exitCode).toBe(1);
    expect(checked.stderr).toContain(`${nameOf('batches')} is on fewer than 3 brokers`);
  });

  it('adds partitions only to topics that are read to their end, and removes none', async () => {
    const { connection, admin, nameOf, run } = openInstallation();
    await run('create');
    const sender = createSender(connection);
    await sender.send([{ topic: nameOf('insights'), key: 'a', value: Buffer.from('x') }]);
    await sender.close();

    const refused = await run('add-partitions', '--partitions', '4');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/insights has 1 records that aggregate has not read.*Stop the role api/);

    await commitEnds(connection, admin, 'insights', 'aggregate');
    expect((await run('add-partitions', '--partitions', '4')).exitCode).toBe(0);
    // Brokers learn of new partitions a little later than the controller that made them.
    const countPartitions = async () => {
      const { topics: found } = await admin.metadata({ topics: [nameOf('insights')], forceUpdate: true });
      return found.get(nameOf('insights'))?.partitionsCount;
    };
    await expect.poll(countPartitions, { timeout: 60_000 }).toBe(4);
    const fewer = await run('add-partitions', '--partitions', '3');
    expect(fewer).toMatchObject({ exitCode: 2 });
    expect(fewer.stderr).toContain('must be at least 4');
  });

  it('deletes records that all roles have read, and nothing that one of them has not', async () => {
    const { connection, admin, nameOf, run } = openInstallation();
    await run('create');
    const sender = createSender(connection);
    await sender.send([{ topic: nameOf('batches'), key: 'a', value: Buffer.from('x') }]);
    await sender.send([{ topic: nameOf('insights'), key: 'a', value: Buffer.from('x') }]);
    await sender.close();
    await commitEnds(connection, admin, 'batches', 'summarizer');
    await commitEnds(connection, admin, 'insights', 'aggregate');

    expect((await run('delete-read')).stdout).toContain('Deleted 0 records that');
    expect((await run('delete-read', '--keep-hours', '0')).stdout).toContain('Deleted 1 record that');
    expect(await readAll(connection, nameOf('batches'))).toHaveLength(1); // verify has not looked
  });

  it('says what to check when Kafka does not answer', async () => {
    const { runWith } = openInstallation();
    const ended = await runWith({ KAFKA_BROKERS: '127.0.0.1:19099' }, 'check');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/^Kafka refused or did not answer: .*ECONNREFUSED.*Check KAFKA_BROKERS.\n$/);
  });
});

async function commitEnds(
  connection: Parameters<typeof createTopicOffsets>[0],
  admin: Admin,
  topic: (typeof topics)[number],
  group: Parameters<typeof groupName>[1],
): Promise<void> {
  const offsets = createTopicOffsets(connection);
  const name = topicName(connection, topic);
  const ends = await offsets.ends(name);
  await offsets.close();
  await admin.alterConsumerGroupOffsets({
    groupId: groupName(connection, group),
    topics: [{ name, partitionOffsets: Array.from(ends, ([partition, offset]) => ({ partition, offset })) }],
  });
}
