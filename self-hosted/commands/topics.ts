import { Admin } from '@platformatic/kafka';
import { BadArguments } from '../../commands/command-line.ts';
import { counted } from '../../commands/counted.ts';
import { defineCommand } from '../../commands/define-command.ts';
import { flag, value, wholeNumberOf } from '../../commands/define-command/options.ts';
import { complain, print, type Io } from '../../commands/io.ts';
import { whole } from '../../commands/whole.ts';
import { parseClusterConfig } from '../config.ts';
import { kafkaConnectionOf } from '../kafka-connection.ts';
import { clientOptions, type KafkaConnection } from '../kafka/connection.ts';
import { createCountedOffsets } from '../kafka/aggregate-engines.ts';
import type { AggregateEngine } from '../kafka/engine-names.ts';
import { createTopics } from '../kafka/create-topics.ts';
import { deleteReadRecords } from '../kafka/delete-read-records.ts';
import type { TopicChoices } from '../kafka/topic-settings.ts';
import { topicName, type Topic } from '../kafka/topics.ts';
import { operatorFailures } from './operator-failures.ts';
import { compareTopics, type Comparison } from './topics/compare-topics.ts';
import { readTopics, type FoundTopic } from './topics/read-topics.ts';
import { setSettings } from './topics/set-settings.ts';
import { findUndrained } from './topics/undrained.ts';

const defaultKeepHours = 24;
const maxPartitions = 1_000;

/** Creates, checks and maintains the topics of an installation. */
export const topicsCommand = defineCommand({
  name: 'topics',
  summary: 'Creates the topics of the cluster form, checks that they lose nothing, and maintains them.',
  usage: [
    ['create', 'creates those that are missing, and checks the others'],
    ['check', 'only checks'],
    ['add-partitions --partitions <n>', 'adds partitions to topics that are read to their end'],
    ['delete-read', 'deletes records that all roles have read'],
  ],
  actions: ['create', 'check', 'add-partitions', 'delete-read'],
  options: {
    'set-settings': flag({ help: 'correct settings of topics that exist', actions: ['create'] }),
    partitions: value({
      shows: '<n>',
      help: 'number of partitions that each topic should have',
      read: wholeNumberOf(1, maxPartitions),
      actions: ['add-partitions'],
    }),
    'keep-hours': value({
      shows: '<n>',
      help: 'age up to which records are kept',
      read: wholeNumberOf(0, 100_000),
      default: defaultKeepHours,
      actions: ['delete-read'],
    }),
  },
  details: [
    'The environment says where Kafka is and how topics are created (KAFKA_BROKERS, TOPIC_PREFIX, TOPIC_PARTITIONS, ' +
      'TOPIC_REPLICATION, FLUSH_INTENTS and others): docs/reference/cluster-configuration.md lists the variables.',
    'Kafka deletes nothing of these topics by itself. The role roll-up deletes every hour what all roles have read a day ago; ' +
      'delete-read does it at once.',
  ],
  exitCodes: {
    0: 'done, and all topics are set up correctly',
    1: 'a topic is not set up correctly, or is not read to its end',
    2: 'wrong options, or Kafka cannot be reached',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: operatorFailures,
  interrupted: 'Run the command again.',
  async run({ action, options }, io) {
    const config = parseClusterConfig(io.env);
    const connection = await kafkaConnectionOf(config);
    const admin = new Admin(clientOptions(connection));
    const hasReadModel = config.clickHouse !== undefined;
    const { aggregateEngine, topics: choices } = config;
    const context = { admin, connection, choices, aggregateEngine, hasReadModel, io };
    try {
      switch (action) {
        case 'add-partitions':
          return await addPartitions(options.partitions, context);
        case 'delete-read':
          return await deleteRead(options['keep-hours'], context);
        case 'check':
          return report(compareTopics(await readTopics(admin, connection), config.topics), context);
        case 'create':
        case undefined:
        default:
          return await create(options['set-settings'], context);
      }
    } finally {
      await admin.close();
    }
  },
});

interface Context {
  readonly admin: Admin;
  readonly connection: KafkaConnection;
  readonly choices: TopicChoices;
  readonly hasReadModel: boolean;
  readonly aggregateEngine: AggregateEngine;
  readonly io: Io;
}

async function create(setsSettings: boolean, context: Context): Promise<number> {
  const { admin, connection, choices, io } = context;
  const before = compareTopics(await readTopics(admin, connection), choices);
  await createTopics(admin, connection, before.missing, choices);
  for (const topic of before.missing) {
    print(io, `${topicName(connection, topic)}: created with ${choices.partitions} partitions.`);
  }
  if (setsSettings) {
    await setSettings(before.wrongSettings, admin, connection);
    for (const { topic, name, mustBe, is } of before.wrongSettings) {
      print(io, `${topicName(connection, topic)}: ${name} was ${is}, and is ${mustBe} now.`);
    }
  }
  return report({ ...before, missing: [], ...(setsSettings && { wrongSettings: [] }) }, context);
}

/** Says what is wrong and what to do. */
function report(comparison: Comparison, { connection, choices, io }: Context): number {
  const { missing, wrongSettings, fewReplicas, fewPartitions } = comparison;
  const nameOf = (topic: Topic) => topicName(connection, topic);
  for (const topic of missing) complain(io, `${nameOf(topic)} does not exist. Create it: topics create.`);
  for (const { topic, name, is, mustBe } of wrongSettings) {
    complain(
      io,
      `${nameOf(topic)}: ${name} is ${is} and must be ${mustBe}. Set it: topics create --set-settings.`,
    );
  }
  for (const topic of fewReplicas) {
    complain(
      io,
      `${nameOf(topic)} is on fewer than ${choices.replication} brokers (TOPIC_REPLICATION). Add replicas with Kafka's own ` +
        'kafka-reassign-partitions, or set TOPIC_REPLICATION to what you have.',
    );
  }
  for (const topic of fewPartitions) {
    print(
      io,
      `${nameOf(topic)} has fewer than ${choices.partitions} partitions (TOPIC_PARTITIONS). To add some: ` +
        `topics add-partitions --partitions ${choices.partitions}.`,
    );
  }
  const isRight = missing.length + wrongSettings.length + fewReplicas.length === 0;
  if (isRight) print(io, 'All topics are set up correctly.');
  return isRight ? 0 : 1;
}

async function addPartitions(wanted: number | undefined, context: Context): Promise<number> {
  const { admin, connection, aggregateEngine, io } = context;
  if (wanted === undefined) throw new BadArguments('add-partitions needs --partitions <n>.');
  const found = await readTopics(admin, connection);
  requireNoFewer(found, wanted);
  const small = Array.from(found)
    .filter(([, { partitions }]) => partitions < wanted)
    .map(([topic]) => topic);
  const offsets = createCountedOffsets(connection, aggregateEngine);
  try {
    const undrained = await findUndrained(small, connection, offsets);
    for (const { topic, group, records } of undrained) {
      complain(
        io,
        `${topicName(connection, topic)} has ${whole(records)} records that ${group} has not read. With more partitions they ` +
          'would be read beside later ones of the same windows. Stop the role api, let the other roles read to the end, and run ' +
          'this again.',
      );
    }
    if (undrained.length > 0) return 1;
  } finally {
    await offsets.close();
  }
  for (const topic of small) {
    await admin.createPartitions({ topics: [{ name: topicName(connection, topic), count: wanted }] });
    print(io, `${topicName(connection, topic)}: has ${wanted} partitions now.`);
  }
  if (small.length === 0) print(io, `All topics have ${wanted} partitions.`);
  return 0;
}

/** @throws BadArguments  a topic has more partitions, and Kafka cannot remove any */
function requireNoFewer(found: ReadonlyMap<Topic, FoundTopic>, wanted: number): void {
  const most = Math.max(0, ...Array.from(found.values(), ({ partitions }) => partitions));
  if (most <= wanted) return;
  throw new BadArguments(
    `A topic has ${most} partitions, and Kafka cannot remove any: --partitions must be at least ${most}.`,
  );
}

async function deleteRead(
  keepHours: number,
  { admin, connection, aggregateEngine, hasReadModel, io }: Context,
): Promise<number> {
  const offsets = createCountedOffsets(connection, aggregateEngine);
  try {
    const before = new Date(io.clock.now().getTime() - keepHours * 3_600_000);
    const deleted = await deleteReadRecords(before, { admin, connection, offsets, hasReadModel });
    print(io, `Deleted ${counted(deleted, 'record')} that all roles have read.`);
    return 0;
  } finally {
    await offsets.close();
  }
}
