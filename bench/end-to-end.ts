import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { ceiling, pipeline, startEmulator } from './emulator.ts';
import { createHttpClient } from '../client/http-client.ts';
import { createPipelineClient, type PipelineClient } from './scenario/pipeline-client.ts';
import { planScenario, referenceSize, referenceStart, type ScenarioPlan } from './scenario/plan.ts';
import { runScenario } from './scenario/run.ts';
import { sendRequests } from './scenario/send-requests.ts';
import { realTiming } from '../client/timing.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const { rounds } = programOptions({
  program: 'npm run bench:end-to-end --',
  summary:
    'Measures the requests per second of the reference scenario, and the time until all counts can be read, beside ' +
    'the ceiling of the emulator itself: the same requests to a function that answers at once, in turns.',
  options: {
    rounds: count('rounds after the first one', 5),
  },
});
const concurrency = 16;
const retryForSeconds = 60;

/** Returns requests per second. */
async function sendOnly(plan: ScenarioPlan, client: PipelineClient): Promise<number> {
  const startedAt = realTiming.now();
  await sendRequests(plan, client, { concurrency, retryForSeconds, timing: realTiming, onAnswer: () => {} });
  return plan.requests.length / ((realTiming.now() - startedAt) / 1_000);
}

const emulators = await Promise.all([startEmulator(pipeline), startEmulator(ceiling)]);
const [ofPipeline, ofCeiling] = emulators.map(({ baseUrl }) => createHttpClient(baseUrl, concurrency));
try {
  if (ofPipeline === undefined || ofCeiling === undefined) throw new Error('An emulator is missing.');
  const measured: { pipeline: number; ceiling: number; readable: number; p99: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const plan = planScenario({
      runId: `round-${round}`,
      start: referenceStart,
      size: referenceSize,
      seed: 1,
    });
    const atCeiling = await sendOnly(plan, createPipelineClient(ofCeiling, 'cus-ceiling'));
    // Each round has its own customer, so that it begins without windows.
    const client = createPipelineClient(ofPipeline, `cus-round-${round}`);
    const figures = await runScenario(plan, client, { concurrency, retryForSeconds });
    if (!figures.isExact) throw new Error('The scenario was not counted exactly.');
    measured.push({
      pipeline: figures.requests / figures.seconds,
      ceiling: atCeiling,
      readable: figures.readableAfterMilliseconds ?? Number.NaN,
      p99: figures.p99Milliseconds,
    });
  }

  const [first, ...warm] = measured;
  if (first === undefined) throw new Error('No round was measured.');
  const row = (name: string, some: typeof measured) => [
    name,
    median(some.map((one) => one.pipeline)).toFixed(0),
    median(some.map((one) => one.ceiling)).toFixed(0),
    median(some.map((one) => one.pipeline / one.ceiling)).toFixed(2),
    median(some.map(({ p99 }) => p99)).toFixed(0),
    median(some.map(({ readable }) => readable)).toFixed(0),
    Math.max(...some.map(({ readable }) => readable)).toFixed(0),
  ];
  printTable(
    `End to end: the reference scenario, ${concurrency} at a time, in turns with the ceiling`,
    ['', 'requests/s', 'ceiling', 'share of the ceiling', 'p99 ms', 'all readable after ms', 'at most ms'],
    [row('just started', [first]), row(`median of ${rounds} more rounds`, warm)],
  );
} finally {
  ofPipeline?.close();
  ofCeiling?.close();
  await Promise.all(emulators.map((emulator) => emulator.remove()));
}
