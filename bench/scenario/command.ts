import { randomUUID } from 'node:crypto';
import { GaveUp } from '../../client/answer-or-retry.ts';
import { ConnectionFailed, createHttpClient } from '../../client/http-client.ts';
import { defineCommand } from '../../commands/define-command.ts';
import { failure } from '../../commands/define-command/failures.ts';
import { print } from '../../commands/io.ts';
import { scenarioOptions, scenarioOptionsOf } from './options.ts';
import { createPipelineClient, UnexpectedAnswer } from './pipeline-client.ts';
import { planScenario, referenceSize } from './plan.ts';
import { showProgress } from './progress.ts';
import { report } from './report.ts';
import { runScenario } from './run.ts';

const askWhetherItRuns = ({ message }: Error) =>
  `${message}\nIs the pipeline running there? Start it with: npm start`;

/** Sends the reference scenario to a running pipeline, and checks the counts. */
export const scenario = defineCommand({
  name: 'scenario',
  program: 'npm run scenario --',
  summary:
    'Sends the reference scenario to a running pipeline and checks that every entry was counted exactly once.',
  usage: [['[options]']],
  options: scenarioOptions,
  details: [
    'The scenario has 64,000 entries: 4 minutes x 4 paths x 4 agents, 16,000 a minute, from 2025-12-28T18:03 to 18:06 UTC, in ' +
      '3,200 batches of 20. It sends 2,000 of the batches once more with their idempotency key. The result is exact if there are ' +
      '3,200 answers 202, 2,000 answers 409, and in each minute 4,000 requests for each path and agent.',
    'The command reads the windows before and after, and checks their difference. So the scenario can run again on the same data, ' +
      'as long as nobody else sends entries of these minutes for this customer. With the --run of an earlier run all batches are ' +
      'duplicates: every answer is 409, nothing is added, and the verdict is that the counts differ.',
  ],
  exitCodes: {
    0: 'exact',
    1: 'not exact',
    2: 'wrong options, or no pipeline',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [
    failure(ConnectionFailed, askWhetherItRuns),
    failure(UnexpectedAnswer, askWhetherItRuns),
    failure(GaveUp, askWhetherItRuns),
  ],
  interrupted: 'The batches that were accepted so far will be counted.',
  async run(given, io) {
    const options = scenarioOptionsOf(given, io.clock.now(), randomUUID().slice(0, 8));
    const { baseUrl, customerId, start, concurrency, runId, retryForSeconds } = options;
    const plan = planScenario({ runId, start, size: referenceSize, seed: 1 });
    const http = createHttpClient(baseUrl, concurrency);
    print(io, `The reference scenario to ${baseUrl.origin}, as ${customerId}, run ${runId}`);
    const progress = showProgress(plan.requests.length, io.stdout);
    io.atEnd(() => progress.stop());
    try {
      const figures = await runScenario(plan, createPipelineClient(http, customerId), {
        concurrency,
        retryForSeconds,
        onAnswer: (answered) => progress.update(answered),
        onAllAnswered: () => progress.stop(),
      });
      print(io, report(figures));
      return figures.isExact ? 0 : 1;
    } finally {
      http.close();
    }
  },
});
