import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedPrograms, requireInstalled } from './installed-programs.ts';
import { isListening } from './is-listening.ts';
import { createLocalServer, type LocalServer } from './local-server.ts';
import { nodeProperties, type SecureListener } from './kafka-properties.ts';

export interface KafkaOptions {
  /** One node for development, or three, of which each one may fail. */
  readonly nodes: 1 | 3;
  /** Keeps data and logs; what is there is used again. */
  readonly directory: string;
  /** Each node takes two ports from here on; the brokers' ports come first. */
  readonly firstPort: number;
  /** Further listeners, for a single node only. */
  readonly secureListeners?: readonly SecureListener[];
  /** Users that it knows by SCRAM, as its storage tool takes them. */
  readonly scramUsers?: readonly string[];
}

/** A Kafka on this machine. */
export interface LocalKafka {
  readonly brokers: readonly string[];
  /** The nodes, to end and start one by one. */
  readonly nodes: readonly LocalServer[];
  stop(): Promise<void>;
}

const clusterId = 'bG9jYWwta2Fma2EtMDAwMQ';
const logConfiguration = fileURLToPath(new URL('kafka-log.xml', import.meta.url));

/**
 * Starts Kafka, and resolves when all nodes answer. Each node is both broker and controller.
 * @throws Error  Kafka is not installed, or does not start
 */
export async function startKafka(options: KafkaOptions): Promise<LocalKafka> {
  const { nodes, firstPort } = options;
  requireInstalled(installedPrograms.kafkaJars);
  const ids = Array.from({ length: nodes }, (_, index) => index + 1);
  const ports = ids.map((id) => ({ broker: firstPort + id - 1, controller: firstPort + nodes + id - 1 }));
  const servers = await Promise.all(ids.map((id) => prepareNode(id, ports, options)));
  await Promise.all(servers.map((server) => server.start()));
  return {
    brokers: ports.map(({ broker }) => `127.0.0.1:${broker}`),
    nodes: servers,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function prepareNode(
  id: number,
  ports: readonly { readonly broker: number; readonly controller: number }[],
  { directory, secureListeners, scramUsers = [] }: KafkaOptions,
): Promise<LocalServer> {
  const nodeDirectory = join(directory, `kafka-${id}`);
  const configuration = join(directory, `kafka-${id}.properties`);
  const logFile = join(directory, `kafka-${id}.log`);
  await mkdir(nodeDirectory, { recursive: true });
  await writeFile(configuration, nodeProperties(id, ports, nodeDirectory, secureListeners));
  if (!existsSync(join(nodeDirectory, 'meta.properties'))) await format(configuration, logFile, scramUsers);
  return createLocalServer({
    name: `Kafka node ${id}`,
    command: 'java',
    args: ['-Xmx384m', '-Xms128m', '-XX:+UseSerialGC', ...javaArgs, 'kafka.Kafka', configuration],
    logFile,
    isReady: () => isListening(ports[id - 1]?.broker ?? 0),
    maxStartMilliseconds: 180_000, // three nodes that read their logs again share what processor there is
  });
}

const javaArgs = [
  `-Dlog4j2.configurationFile=file:${logConfiguration}`,
  '-cp',
  `${installedPrograms.kafkaJars}/*`,
];

/** Prepares the directory of a new node. */
async function format(configuration: string, logFile: string, scramUsers: readonly string[]): Promise<void> {
  const log = await open(logFile, 'a');
  try {
    const args = [...javaArgs, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', configuration];
    for (const user of scramUsers) args.push('--add-scram', user);
    const child = spawn('java', args, { stdio: ['ignore', log.fd, log.fd] });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`Kafka's storage could not be formatted. The log says why: ${logFile}`);
  } finally {
    await log.close();
  }
}
