/** The program of `npm run test:cluster-faults`: the fault test of the cluster form, for as long as wanted. */
import { programOptions } from '../../../commands/program-options.ts';
import { value, wholeNumberOf } from '../../../commands/define-command/options.ts';
import { playFaults } from './play-faults.ts';
import { startTestCluster } from './use-cluster.ts';

const { minutes, seed, port, nodes } = programOptions({
  program: 'npm run test:cluster-faults --',
  summary:
    'Kills and stops every process of a cluster under load, and checks that every entry was counted exactly once.',
  options: {
    minutes: value({
      shows: '<n>',
      help: 'how long faults are played; each at least once',
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
    nodes: value({ shows: '1|3', help: 'Kafka nodes', default: 1, read: wholeNumberOf(1, 3) }),
  },
  exitCodes: { 0: 'exact and honest', 1: 'not exact, or an answer said too much', 2: 'wrong options' },
});

const { cluster, remove } = await startTestCluster({
  firstPort: port,
  kafkaNodes: nodes === 1 ? 1 : 3,
  onRestart: (name, how) => console.log(`  ${name} died (${how})`),
});
try {
  const begunAt = Date.now();
  const tell = (line: string) => console.log(`${((Date.now() - begunAt) / 1_000).toFixed(0)} s  ${line}`);
  const result = await playFaults(cluster, { seed, minutes, settleSeconds: 400, tell });
  console.log(result);
  console.log(`after ${((Date.now() - begunAt) / 1_000).toFixed(0)} s`);
  process.exitCode = result.isExact && result.lies.length === 0 ? 0 : 1;
  if (process.exitCode !== 0 && process.env['KEEP'] !== undefined) {
    console.log('kept; Ctrl-C ends it');
    await new Promise((resolve) => process.once('SIGINT', resolve));
  }
} finally {
  await remove();
}
