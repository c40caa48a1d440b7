/** The command `npm run scenario`; `options.ts` describes it and its options. */
import { randomUUID } from 'node:crypto';
import { GaveUp } from '../../client/answer-or-retry.ts';
import { ConnectionFailed, createHttpClient } from '../../client/http-client.ts';
import { BadArguments } from '../../commands/command-line.ts';
import { help, parseOptions, type CommandOptions } from './options.ts';
import { createPipelineClient, UnexpectedAnswer } from './pipeline-client.ts';
import { planScenario, referenceSize } from './plan.ts';
import { showProgress } from './progress.ts';
import { report } from './report.ts';
import { runScenario } from './run.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2), new Date(), randomUUID().slice(0, 8));
    if (options === undefined) {
      console.log(help);
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (error instanceof BadArguments) {
      console.error(`${error.message} See --help.`);
    } else if (
      error instanceof ConnectionFailed ||
      error instanceof UnexpectedAnswer ||
      error instanceof GaveUp
    ) {
      console.error(`${error.message}\nIs the pipeline running there? Start it with: npm start`);
    } else {
      throw error;
    }
    return 2;
  }
}

async function run(options: CommandOptions): Promise<number> {
  const { baseUrl, customerId, start, concurrency, runId, retryForSeconds } = options;
  const plan = planScenario({ runId, start, size: referenceSize, seed: 1 });
  const http = createHttpClient(baseUrl, concurrency);
  console.log(`The reference scenario to ${baseUrl.origin}, as ${customerId}, run ${runId}`);
  const progress = showProgress(plan.requests.length, process.stdout);
  try {
    const figures = await runScenario(plan, createPipelineClient(http, customerId), {
      concurrency,
      retryForSeconds,
      onAnswer: (answered) => progress.update(answered),
      onAllAnswered: () => progress.stop(),
    });
    console.log(report(figures));
    return figures.isExact ? 0 : 1;
  } finally {
    progress.stop();
    http.close();
  }
}
