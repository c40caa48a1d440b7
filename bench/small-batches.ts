import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createHttpClient } from '../client/http-client.ts';
import { anyText, value, wholeNumberOf } from '../commands/define-command/options.ts';
import { programOptions } from '../commands/program-options.ts';
import { pipeline, startEmulator, type RunningEmulator } from './emulator.ts';
import { count, numberOf } from './option-kinds.ts';
import { createPipelineClient } from './scenario/pipeline-client.ts';
import { planScenario, referenceSize, referenceStart } from './scenario/plan.ts';
import { runScenario } from './scenario/run.ts';
import { processorMilliseconds } from './small-batches/processor-time.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const { against, rounds, share, connections } = programOptions({
  program: 'npm run bench:small-batches --',
  summary:
    'Measures the reference scenario with this version and another one, in turns: requests per second, and what a request ' +
    "costs the emulator's processor.",
  options: {
    against: value({ shows: '<directory>', help: 'another checkout, with its node_modules', read: anyText }),
    rounds: count('rounds', 5),
    share: value({
      shows: '<n>',
      help: 'share of the scenario that is sent, 0.01-1',
      default: 0.25,
      read: numberOf(0.01, 1),
    }),
    connections: value({
      shows: '<n,…>',
      help: 'numbers of connections; commas separate them',
      default: [2, 16, 64],
      shownDefault: '2,16,64',
      read: (text, name) => text.split(',').map((each) => wholeNumberOf(1, 1_024)(each, name)),
    }),
  },
});
if (against === undefined) {
  console.error('Name the version to compare with: --against <directory>. See --help.');
  process.exit(2);
}
const size = {
  ...referenceSize,
  requestsPerPathAndAgent: referenceSize.requestsPerPathAndAgent * share,
  repeats: referenceSize.repeats * share,
};

interface Measured {
  readonly requestsPerSecond: number;
  /** While requests were sent. */
  readonly processorMilliseconds: number;
  /** The same with what was still to be counted then. */
  readonly untilReadable: number;
}

async function measure(
  { baseUrl, pid }: RunningEmulator,
  concurrency: number,
  round: number,
): Promise<Measured> {
  const name = `${concurrency}-${round}`;
  const plan = planScenario({ runId: name, start: referenceStart, size, seed: 1 });
  const http = createHttpClient(baseUrl, concurrency);
  try {
    const client = createPipelineClient(http, `cus-${name}`);
    const before = await processorMilliseconds(pid);
    let atLastAnswer: Promise<number> | undefined;
    const figures = await runScenario(plan, client, {
      concurrency,
      retryForSeconds: 60,
      onAllAnswered: () => {
        atLastAnswer = processorMilliseconds(pid);
      },
    });
    if (!figures.isExact) throw new Error('The scenario was not counted exactly.');
    return {
      requestsPerSecond: figures.requests / figures.seconds,
      processorMilliseconds: (((await atLastAnswer) ?? Number.NaN) - before) / figures.requests,
      untilReadable: ((await processorMilliseconds(pid)) - before) / figures.requests,
    };
  } finally {
    http.close();
  }
}

const services = [pathToFileURL(`${resolve(against)}/`), pipeline];
const emulators = await Promise.all(services.map((service) => startEmulator(service)));
try {
  const rows: string[][] = [];
  for (const concurrency of connections) {
    const turns: Measured[][] = [];
    for (let round = 0; round <= rounds; round++) {
      const turn: Measured[] = [];
      for (const emulator of emulators) turn.push(await measure(emulator, concurrency, round));
      if (round > 0) turns.push(turn); // the first one warms up
    }
    const of = (version: number, figure: keyof Measured) =>
      turns.map((turn) => turn[version]?.[figure] ?? Number.NaN);
    const ratio = (figure: keyof Measured) =>
      median(of(1, figure).map((value, turn) => value / (of(0, figure)[turn] ?? Number.NaN)));
    rows.push([
      String(concurrency),
      ...[0, 1].map((version) => median(of(version, 'requestsPerSecond')).toFixed(0)),
      ratio('requestsPerSecond').toFixed(2),
      ...[0, 1].map((version) => median(of(version, 'processorMilliseconds')).toFixed(2)),
      ratio('processorMilliseconds').toFixed(2),
      ...[0, 1].map((version) => median(of(version, 'untilReadable')).toFixed(2)),
    ]);
  }
  printTable(
    `Small batches: the reference scenario (${share} of it), median of ${rounds} rounds in turns with ${against}`,
    [
      'connections',
      'before/s',
      'now/s',
      'ratio',
      'CPU ms before',
      'now',
      'ratio',
      'until readable: before',
      'now',
    ],
    rows,
  );
} finally {
  await Promise.all(emulators.map((emulator) => emulator.remove()));
}
