import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseClusterConfig } from '../config.ts';
import { startClickHouse, type LocalClickHouse } from '../local-services/start-clickhouse.ts';
import { startKafka, type LocalKafka } from '../local-services/start-kafka.ts';
import { startVersitygw, type LocalVersitygw } from '../local-services/start-versitygw.ts';
import { FlinkUnreachable } from '../flink/flink-rest.ts';
import { JobDoesNotRun } from '../flink/submit-job.ts';
import { requireFreePort } from '../http/require-free-port.ts';
import type { RoleName } from '../roles/role-names.ts';
import { prepareFlinkJob, type LocalFlinkJob } from './local-flink-job.ts';
import { prepareBucket, prepareTopics } from './prepare.ts';
import { SupervisedProcess } from './supervised-process.ts';

export interface LocalClusterOptions {
  /** Holds everything: topics, objects, logs. */
  readonly directory: string;
  /** The first of 60 ports that it may use; see `portsFrom`. */
  readonly firstPort: number;
  readonly kafkaNodes: 1 | 3;
  /** True if a Flink job calls `aggregate`; `AGGREGATE_ENGINE` says whether the role reads the topics, too. */
  readonly hasFlink?: boolean;
  /** Processes of each role; those of `api` have ports of their own. */
  readonly processes: Readonly<Partial<Record<RoleName, number>> & { readonly api: number }>;
  /** Starts ClickHouse as well. */
  readonly hasClickHouse?: boolean;
  /** Settings of the processes, besides those that point to Kafka and the store. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called when a process has died and is started again. */
  readonly onRestart: (name: string, how: string) => void;
  /** Called with what an operator should know. */
  readonly onNotice?: (line: string) => void;
}

const program = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Returns the ports of a cluster: requests first, then Kafka, the store, and the internal ports. */
export function portsFrom(first: number) {
  return {
    api: first,
    kafka: first + 10,
    s3: first + 20,
    clickHouse: first + 25,
    admin: first + 30,
    flink: first + 50,
  };
}

/** Kafka, an S3 server and all roles, as processes on this machine. */
export class LocalCluster {
  readonly #options: LocalClusterOptions;
  readonly processes: SupervisedProcess[] = [];
  #kafka: LocalKafka | undefined;
  #s3: LocalVersitygw | undefined;
  #flinkJob: LocalFlinkJob | undefined;
  #clickHouse: LocalClickHouse | undefined;
  #env: Readonly<Record<string, string | undefined>> = {};

  constructor(options: LocalClusterOptions) {
    this.#options = options;
  }

  get kafka(): LocalKafka {
    return given(this.#kafka);
  }

  get s3(): LocalVersitygw {
    return given(this.#s3);
  }

  get hasFlink(): boolean {
    return this.#flinkJob !== undefined;
  }

  /** Flink and its job, in a cluster that has them. */
  get flinkJob(): LocalFlinkJob {
    return given(this.#flinkJob);
  }

  get clickHouse(): LocalClickHouse {
    return given(this.#clickHouse);
  }

  /** The environment for commands on this cluster. */
  get env(): Readonly<Record<string, string | undefined>> {
    return this.#env;
  }

  /** Addresses that take requests. */
  get urls(): readonly URL[] {
    const { api } = portsFrom(this.#options.firstPort);
    return Array.from(
      { length: this.#options.processes.api },
      (_, at) => new URL(`http://127.0.0.1:${api + at}`),
    );
  }

  /** Processes of a role. */
  of(role: RoleName): readonly SupervisedProcess[] {
    return this.processes.filter(({ name }) => name.replace(/-\d+$/, '') === role);
  }

  /**
   * Starts everything, and resolves when it is ready for work.
   * @throws CannotStart  a port is taken
   * @throws Error        something does not start; the message says what and where its log is
   */
  async start(): Promise<void> {
    const { directory, firstPort, kafkaNodes, hasFlink = false, hasClickHouse = false } = this.#options;
    const ports = portsFrom(firstPort);
    await mkdir(directory, { recursive: true });
    const taken = [ports.api, ports.kafka, ports.s3, ports.admin];
    if (hasClickHouse) taken.push(ports.clickHouse);
    if (hasFlink) taken.push(ports.flink);
    for (const port of taken) await requireFreePort('127.0.0.1', port);
    const [kafka, s3, clickHouse] = await Promise.all([
      startKafka({ nodes: kafkaNodes, directory, firstPort: ports.kafka }),
      startVersitygw({ directory, port: ports.s3 }),
      hasClickHouse ? startClickHouse({ directory, port: ports.clickHouse }) : undefined,
    ]);
    this.#kafka = kafka;
    this.#s3 = s3;
    this.#clickHouse = clickHouse;
    this.#env = {
      ...(hasFlink && { AGGREGATE_ENGINE: 'flink' }),
      ...this.#options.env,
      STORAGE: 'kafka',
      KAFKA_BROKERS: kafka.brokers.join(','),
      TOPIC_REPLICATION: String(kafkaNodes),
      S3_ENDPOINT: s3.endpoint,
      S3_REGION: s3.region,
      S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      ...(clickHouse && { CLICKHOUSE_URL: clickHouse.url }),
    };
    const config = parseClusterConfig(this.#env);
    await prepareTopics(config);
    await prepareBucket(config);
    this.#createProcesses();
    if (hasFlink) {
      this.#flinkJob = await prepareFlinkJob({
        directory,
        firstPort: ports.flink,
        brokers: kafka.brokers,
        prefix: config.kafka.prefix,
        aggregateUrls: this.of('aggregate').map(({ adminUrl }) => adminUrl),
        tell: this.#options.onNotice ?? (() => undefined),
      });
    }
    await Promise.all([...this.processes.map((each) => each.start()), this.#flinkJob?.tend()]);
  }

  /** Ends everything in order, so that a second start continues. */
  async stop(): Promise<void> {
    await Promise.all(this.of('api').map((each) => each.stop()));
    await this.#flinkJob?.stop();
    await Promise.all(this.processes.map((each) => each.stop()));
    await Promise.all([this.#kafka?.stop(), this.#s3?.stop(), this.#clickHouse?.stop()]);
  }

  /** Starts Kafka, the S3 server, ClickHouse and Flink again if they died. */
  async startServices(): Promise<void> {
    const services = [...this.kafka.nodes, this.s3.server];
    if (this.#clickHouse !== undefined) services.push(this.#clickHouse.server);
    await Promise.all(services.map((server) => server.start()));
    try {
      await this.#flinkJob?.tend();
    } catch (error) {
      if (!(error instanceof FlinkUnreachable) && !(error instanceof JobDoesNotRun)) throw error;
      this.#options.onNotice?.(`The Flink job is not at work; trying again. ${error.message}`);
    }
  }

  #createProcesses(): void {
    const { directory, firstPort, processes, onRestart } = this.#options;
    const ports = portsFrom(firstPort);
    for (const [role, count] of Object.entries(processes)) {
      for (let place = 1; place <= count; place += 1) {
        const name = `${role}-${place}`;
        const adminPort = ports.admin + this.processes.length;
        const own = {
          PORT: String(ports.api + place - 1),
          ADMIN_PORT: String(adminPort),
          API_PROCESSES: '1',
          INSTANCE_ID: name,
        };
        this.processes.push(
          new SupervisedProcess({
            name,
            args: [program, role],
            env: { ...this.#env, ...own },
            logFile: join(directory, `${name}.log`),
            adminPort,
            onRestart,
          }),
        );
      }
    }
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The cluster has not been started.');
  return value;
}
