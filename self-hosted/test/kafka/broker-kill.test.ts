import { Admin } from '@platformatic/kafka';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOptions, type KafkaConnection } from '../../kafka/connection.ts';
import { createTopics } from '../../kafka/create-topics.ts';
import { topicName } from '../../kafka/topics.ts';
import type { LocalServer } from '../../local-services/local-server.ts';
import { startKafka, type LocalKafka } from '../../local-services/start-kafka.ts';
import { readAll } from './read-all.ts';
import { until } from './until.ts';

const firstPort = 19_010;
const load = fileURLToPath(new URL('broker-kill/load.ts', import.meta.url));
const withoutAcks = fileURLToPath(new URL('broker-kill/without-acks.mjs', import.meta.url));

interface LoadOptions {
  readonly name: string;
  readonly partitions: number;
  /** Options of the process that sends. */
  readonly execArgv?: readonly string[];
}

interface LoadedTopic {
  /** Resolves when all replicas have all records. */
  readonly untilInSync: () => Promise<void>;
  readonly leader: () => Promise<LocalServer>;
}

describe('three brokers, with each record on at least two of them', () => {
  let directory: string;
  let kafka: LocalKafka;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'broker-kill-'));
    kafka = await startKafka({ nodes: 3, directory, firstPort });
  });
  afterAll(async () => {
    await kafka.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Sends numbers while something happens to the brokers, and returns which acknowledged ones are not there. */
  async function sendWhile(
    { name, partitions, execArgv = [] }: LoadOptions,
    happens: (topic: LoadedTopic) => Promise<void>,
  ): Promise<{ readonly acknowledged: number; readonly lost: readonly string[] }> {
    const connection: KafkaConnection = { brokers: kafka.brokers, prefix: `${name}-`, clientId: 'test' };
    const admin = new Admin(clientOptions(connection));
    const topic = topicName(connection, 'insights');
    const choices = { partitions, replication: 3, flushesIntents: false };
    await createTopics(admin, connection, ['insights'], choices);
    const untilInSync = () => until(() => isInSync(admin, topic));
    await untilInSync();

    const child = spawn(process.execPath, [...execArgv, load, kafka.brokers.join(','), topic], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const exited = once(child, 'exit');
    await until(() => output.length > 10_000);
    await happens({ untilInSync, leader: () => leaderOf(admin, topic, kafka) });
    await untilInSync();
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);

    const acknowledged = output.split(/\s+/).filter((number) => number !== '');
    const there = new Set((await readAll(connection, topic)).map(({ value }) => value.toString()));
    await admin.close();
    return {
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((number) => !there.has(number)),
    };
  }

  /** Kills a broker that is alone for a moment: the others do not have what it takes then. */
  async function killAlone(victim: LocalServer): Promise<void> {
    const others = kafka.nodes.filter((node) => node !== victim);
    for (const other of others) other.signal('SIGSTOP');
    await sleep(1_500);
    await victim.kill();
    for (const other of others) other.signal('SIGCONT');
    await victim.start();
  }

  it('lose nothing that was acknowledged when they are killed in turn under load', async () => {
    const { acknowledged, lost } = await sendWhile(
      { name: 'turns', partitions: 6 },
      async ({ untilInSync }) => {
        for (const node of kafka.nodes) {
          await node.kill();
          await sleep(2_000);
          await node.start();
          await untilInSync();
        }
      },
    );
    console.log(`${acknowledged} records were acknowledged.`);
    expect(acknowledged).toBeGreaterThan(1_000);
    expect(lost).toEqual([]);
  });

  it('lose nothing that was acknowledged when a leader dies whose followers were behind', async () => {
    const { lost } = await sendWhile({ name: 'alone', partitions: 1 }, async ({ leader }) =>
      killAlone(await leader()),
    );
    expect(lost).toEqual([]);
  });

  it('would lose records then without the acknowledgement of all in-sync replicas', async () => {
    const { lost } = await sendWhile(
      { name: 'without', partitions: 1, execArgv: ['--import', withoutAcks] },
      async ({ leader }) => killAlone(await leader()),
    );
    console.log(`${lost.length} records were acknowledged and lost.`);
    expect(lost).not.toEqual([]);
  });
});

/** Returns the node that leads the first partition of a topic. */
async function leaderOf(admin: Admin, topic: string, { nodes }: LocalKafka): Promise<LocalServer> {
  const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
  const node = nodes[(topics.get(topic)?.partitions[0]?.leader ?? 0) - 1];
  if (node === undefined) throw new Error('The partition has no leader.');
  return node;
}

async function isInSync(admin: Admin, topic: string): Promise<boolean> {
  try {
    const { topics, brokers } = await admin.metadata({ topics: [topic], forceUpdate: true });
    const partitions = topics.get(topic)?.partitions ?? [];
    return brokers.size === 3 && partitions.every(({ isr, leader }) => isr.length === 3 && leader >= 0);
  } catch {
    return false; // no broker answers now
  }
}
