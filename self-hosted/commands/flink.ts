import { fileURLToPath } from 'node:url';
import { BadArguments } from '../../commands/command-line.ts';
import { defineCommand } from '../../commands/define-command.ts';
import { failure } from '../../commands/define-command/failures.ts';
import { anyText, flag, value, wholeNumberOf } from '../../commands/define-command/options.ts';
import { complain, print } from '../../commands/io.ts';
import { parseClusterConfig } from '../config.ts';
import { FlinkRefused, FlinkRest, FlinkUnreachable } from '../flink/flink-rest.ts';
import { newestCheckpoint } from '../flink/newest-checkpoint.ts';
import { JobDoesNotRun, submitJob } from '../flink/submit-job.ts';
import { operatorFailures } from './operator-failures.ts';

const builtJar = fileURLToPath(new URL('../../deploy/flink/target/aggregate-job.jar', import.meta.url));

/** Submits the Flink job to a JobManager. */
export const flinkCommand = defineCommand({
  name: 'flink',
  summary: 'Submits the Flink job that hands partials to `aggregate`, unless Flink runs it already.',
  usage: [['--aggregate <urls> --checkpoints <path>', 'submits it from the newest checkpoint there']],
  options: {
    url: value({
      shows: '<url>',
      help: 'the REST address of the JobManager',
      default: 'http://127.0.0.1:8081',
      read: address,
    }),
    aggregate: value({
      shows: '<urls>',
      help: 'addresses of the internal ports of `aggregate`, separated by commas',
      read: anyText,
    }),
    checkpoints: value({
      shows: '<path>',
      help: 'the directory of checkpoints (`execution.checkpointing.dir`), if this machine can read it',
      read: anyText,
    }),
    from: value({
      shows: '<address>',
      help: 'the checkpoint or savepoint to begin from, such as s3://bucket/checkpoints/…/chk-7',
      read: anyText,
    }),
    'without-state': flag({ help: 'begins without a checkpoint; that loses and repeats nothing' }),
    parallelism: value({
      shows: '<n>',
      help: 'subtasks of the source and of the gathering',
      default: 2,
      read: wholeNumberOf(1, 1_000),
    }),
    'kafka-properties': value({
      shows: '<path>',
      help: 'the file, on the machines of Flink, with properties for its Kafka client, such as TLS and credentials',
      read: anyText,
    }),
    jar: value({
      shows: '<path>',
      help: 'the job, as deploy/flink/build.sh builds it',
      shownDefault: 'deploy/flink/target/aggregate-job.jar',
      read: anyText,
    }),
  },
  details: [
    'A JobManager without high availability forgets its jobs when it dies: run the command again then, or every minute. The ' +
      'environment says where Kafka is (KAFKA_BROKERS, TOPIC_PREFIX). The roles need AGGREGATE_ENGINE=flink or both.',
  ],
  exitCodes: {
    0: 'the job runs',
    2: 'wrong options, Flink cannot be reached, or the job does not run; the message says why',
  },
  failures: [...operatorFailures, failure(FlinkRefused), failure(FlinkUnreachable), failure(JobDoesNotRun)],
  async run({ options }, io) {
    const { aggregate, checkpoints, from, 'without-state': withoutState, jar = builtJar } = options;
    if (aggregate === undefined) throw new BadArguments('flink needs --aggregate <urls>.');
    if ([checkpoints !== undefined, from !== undefined, withoutState].filter(Boolean).length !== 1) {
      throw new BadArguments('flink needs one of --checkpoints, --from and --without-state.');
    }
    const { kafka } = parseClusterConfig(io.env);
    const state = checkpoints === undefined ? from : await newestCheckpoint(checkpoints);
    const kafkaProperties = options['kafka-properties'];
    const id = await submitJob({
      flink: new FlinkRest(options.url),
      jar,
      aggregateUrls: aggregate.split(',').map((text) => address(text, '--aggregate')),
      brokers: kafka.brokers,
      prefix: kafka.prefix,
      parallelism: options.parallelism,
      jobOptions: kafkaProperties === undefined ? [] : ['--kafka-properties', kafkaProperties],
      from: state,
      tell: (line) => complain(io, line),
    });
    print(io, `The job ${id} runs.`);
    return 0;
  },
});

/** @throws BadArguments  not the address of a server */
function address(text: string, name: string): string {
  if (/^https?:\/\/[^/?#\s]+\/?$/.test(text)) return text.replace(/\/$/, '');
  throw new BadArguments(`${name} must be an address such as http://aggregate:8081, and is "${text}".`);
}
