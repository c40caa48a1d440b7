import { createHttpClient } from '../../client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { planScenario, referenceSize, referenceStart } from '../../bench/scenario/plan.ts';
import { runScenario, type RunOptions, type ScenarioFigures } from '../../bench/scenario/run.ts';
import type { Emulator } from './emulator.ts';

/** Runs the reference scenario for a customer, 16 requests at a time. */
export async function runReferenceScenario(
  emulator: Emulator,
  customerId: string,
  options: Partial<RunOptions> = {},
): Promise<ScenarioFigures> {
  const plan = planScenario({ runId: 'e2e', start: referenceStart, size: referenceSize, seed: 1 });
  const http = createHttpClient(emulator.baseUrl, 16);
  try {
    const client = createPipelineClient(http, customerId);
    return await runScenario(plan, client, { concurrency: 16, retryForSeconds: 120, ...options });
  } finally {
    http.close();
  }
}
