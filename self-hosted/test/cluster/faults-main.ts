/** The program of `npm run test:cluster-faults`: the fault test of the cluster form, for any length of time. */
import { programOptions } from '../../../commands/program-options.ts';
import { oneOf, value, wholeNumberOf } from '../../../commands/define-command/options.ts';
import { aggregateEngines } from '../../kafka/engine-names.ts';
import { playFaults } from './play-faults.ts';
import { playOutage, type OutageResult } from './play-outage.ts';
import { startTestCluster } from './use-cluster.ts';

const {
  minutes,
  seed,
  port,
  nodes,
  engine,
  'away-seconds': awaySeconds,
} = programOptions({
  program: 'npm run test:cluster-faults --',
  summary:
    'Kills and stops every process of a cluster under load, and checks that every entry was counted exactly once.',
  options: {
    minutes: value({
      shows: '<n>',
      help: 'how long faults are caused, each at least once',
      default: 3,
      read: wholeNumberOf(0, 10_000),
    }),
    seed: value({
      shows: '<n>',
      help: 'decides the order of faults and the traffic',
      default: 1,
      read: wholeNumberOf(0, 1_000_000),
    }),
    port: value({
      shows: '<n>',
      help: 'the first of 60 ports that it uses',
      default: 18_300,
      read: wholeNumberOf(1_024, 65_000),
    }),
    'away-seconds': value({
      shows: '<n>',
      help: 'how long all Kafka nodes are down once, after the other faults; 0: never',
      default: 150,
      read: wholeNumberOf(0, 10_000),
    }),
    engine: value({
      shows: aggregateEngines.join('|'),
      help: 'what hands partials to `aggregate`; Flink takes `bash self-hosted/set-up.sh --flink`',
      default: 'event-source',
      read: oneOf(aggregateEngines),
    }),
    nodes: value({ shows: '1|3', help: 'Kafka nodes', default: 1, read: wholeNumberOf(1, 3) }),
  },
  exitCodes: {
    0: 'exact and honest',
    1: 'not exact, an answer claimed too much, or the cluster did not recover from an outage of Kafka by itself',
    2: 'wrong options',
  },
});

/** Longer than the wait for a send to Kafka, and shorter than clients wait for an answer. */
const maxAnswerSeconds = 25;

const { cluster, remove } = await startTestCluster({
  firstPort: port,
  kafkaNodes: nodes === 1 ? 1 : 3,
  hasFlink: engine !== 'event-source',
  env: { AGGREGATE_ENGINE: engine },
  onNotice: (line) => console.log(`  ${line}`),
  onRestart: (name, how) => console.log(`  ${name} died (${how})`),
});
try {
  const begunAt = Date.now();
  const tell = (line: string) => console.log(`${((Date.now() - begunAt) / 1_000).toFixed(0)} s  ${line}`);
  const load = { maxPauseMilliseconds: 60, settleSeconds: 400, tell };
  const result = await playFaults(cluster, { seed, minutes, ...load });
  console.log(result);
  const outage =
    awaySeconds > 0
      ? await playOutage(cluster, { seed: seed + 100, seconds: awaySeconds, ...load })
      : undefined;
  if (outage !== undefined) console.log(outage);
  console.log(`after ${((Date.now() - begunAt) / 1_000).toFixed(0)} s`);
  const isRight = [result, outage].every((each) => !each || (each.isExact && each.lies.length === 0));
  process.exitCode = isRight && (outage === undefined || isSurvived(outage)) ? 0 : 1;
  if (process.exitCode !== 0 && process.env['KEEP'] !== undefined) {
    console.log('kept; Ctrl-C ends it');
    await new Promise((resolve) => process.once('SIGINT', resolve));
  }
} finally {
  await remove();
}

/** Reports whether every answer while Kafka was away was a prompt 503, and nothing had to be restarted. */
function isSurvived({ outage, died, readyWithoutKafka }: OutageResult): boolean {
  const { statuses, withoutRetryAfter, slowestSeconds } = outage;
  return (
    Object.keys(statuses).every((status) => status === '503') &&
    withoutRetryAfter === 0 &&
    slowestSeconds < maxAnswerSeconds &&
    died.length === 0 &&
    readyWithoutKafka.length === 0
  );
}
