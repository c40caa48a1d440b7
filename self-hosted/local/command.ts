import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand } from '../../commands/define-command.ts';
import { failure } from '../../commands/define-command/failures.ts';
import { anyText, flag, value, wholeNumberOf } from '../../commands/define-command/options.ts';
import { interruptible } from '../../commands/interruptible.ts';
import { print } from '../../commands/io.ts';
import { InvalidConfig } from '../../lib/config.ts';
import { CannotStart } from '../cannot-start.ts';
import { greeting } from './greeting.ts';
import { LocalCluster, portsFrom } from './local-cluster.ts';
import { setUpPart } from './set-up-part.ts';
import { shellSettings } from './shell-settings.ts';

const lookEveryMilliseconds = 1_000;

/** Runs the whole cluster form on this machine, until Ctrl-C. */
export const clusterCommand = defineCommand({
  name: 'cluster',
  program: 'npm run cluster --',
  summary:
    'Runs the whole cluster form on this machine, until Ctrl-C: Kafka, an S3 server, and every role as a process of its own.',
  usage: [['[options]']],
  options: {
    port: value({
      shows: '<n>',
      help: 'the port that takes requests, 1024-65000; Kafka, the S3 server and the internal ports take some of the 60 behind it',
      default: 8_080,
      read: wholeNumberOf(1_024, 65_000),
    }),
    'data-dir': value({
      shows: '<path>',
      help: 'the data directory; everything is in its folder "cluster", and a second start continues there',
      shownDefault: '.data',
      variable: 'DATA_DIR',
      read: anyText,
    }),
    flink: flag({
      help: 'starts Flink and its job as well, which then hands partials to `aggregate`; the first start downloads 312 MB',
    }),
    clickhouse: flag({
      help: 'starts ClickHouse as well, with the role project, and answers from it; the first start downloads 180 MB',
    }),
  },
  details: [
    'It needs Java 17, and for the first start Maven and Go; it says which of them is missing, and what it downloads. It is for ' +
      'development and evaluation: one Kafka node, and an S3 server that does not flush. Without API_KEYS_FILE, the header ' +
      'x-customer-id names the customer. Other variables are those of docs/reference/cluster-configuration.md.',
  ],
  exitCodes: {
    0: 'ended by Ctrl-C',
    1: 'something did not start',
    2: 'wrong options, or a port is taken',
    130: 'ended by a second Ctrl-C (143 by SIGTERM)',
  },
  failures: [failure(CannotStart), failure(InvalidConfig)],
  async run({ options }, io) {
    const { port, 'data-dir': dataDirectory = '.data', clickhouse: hasClickHouse, flink: hasFlink } = options;
    const directory = join(resolve(dataDirectory), 'cluster');
    if (hasClickHouse) await setUpPart('ClickHouse');
    if (hasFlink) await setUpPart('Flink');
    const keyFile = io.env['API_KEYS_FILE'];
    const hasKeys = Boolean(keyFile) || Boolean(io.env['API_KEYS']);
    const cluster = new LocalCluster({
      directory,
      firstPort: port,
      kafkaNodes: 1,
      hasFlink,
      processes: {
        api: 1,
        summarizer: 1,
        aggregate: 1,
        verify: 1,
        'roll-up': 1,
        ...(hasClickHouse && { project: 1 }),
      },
      hasClickHouse,
      env: {
        TOPIC_PARTITIONS: '4',
        VERIFY_AFTER_SECONDS: '60',
        ...(hasClickHouse && { READ_FROM: 'clickhouse' }),
        ...io.env,
        ...(!hasKeys && { ALLOW_UNAUTHENTICATED: 'true' }),
      },
      onNotice: (line) => print(io, line),
      onRestart: (name, how) => print(io, `${name} died (${how}) and is started again.`),
    });
    const started = ['Kafka', 'the S3 server'];
    if (hasClickHouse) started.push('ClickHouse');
    if (hasFlink) started.push('Flink');
    print(io, `Starting ${started.join(', ')} and the roles, which takes a minute or two …`);
    const announce = async () => {
      const { admin } = portsFrom(port);
      const baseUrl = `http://localhost:${port}`;
      const settingsFile = join(directory, 'settings.sh');
      await writeFile(settingsFile, shellSettings(cluster.env, baseUrl), { mode: 0o600 });
      print(
        io,
        greeting({
          baseUrl,
          adminUrl: `http://localhost:${admin}`,
          brokers: cluster.kafka.brokers.join(', '),
          s3Endpoint: cluster.s3.endpoint,
          clickHouseUrl: hasClickHouse ? cluster.clickHouse.url : undefined,
          directory,
          settingsFile,
          flinkUrl: hasFlink ? cluster.flinkJob.flink.restUrl : undefined,
          keyFile: hasKeys ? (keyFile ?? 'API_KEYS') : undefined,
          now: io.clock.now(),
        }),
      );
    };
    await interruptible(({ signal }) => runUntil(signal, cluster, announce), stopping, io);
    print(io, 'Stopped. Everything that was accepted is stored, and is counted after the next start.');
    return 0;
  },
});

const stopping = '\nStopping: running work is finished first. Ctrl-C again ends everything at once.';

async function runUntil(
  signal: AbortSignal,
  cluster: LocalCluster,
  announce: () => Promise<void>,
): Promise<void> {
  try {
    await cluster.start();
    if (!signal.aborted) await announce();
    while (!signal.aborted) {
      await cluster.startServices();
      await sleep(lookEveryMilliseconds, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  } finally {
    await cluster.stop();
  }
}
