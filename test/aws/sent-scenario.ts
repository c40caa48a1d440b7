import type { HttpClient } from '../../client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { planScenario, referenceStart, type ScenarioSize } from '../../bench/scenario/plan.ts';
import { sendRequests, type AnsweredRequest } from '../../bench/scenario/send-requests.ts';
import { compareWindows } from '../../bench/scenario/window-counts.ts';
import type { AwsPipeline } from './pipeline.ts';

export const seed = 20_251_228;

/** Clients retry at once, because this does not test how long they wait. */
const timing = {
  now: () => performance.now(),
  wait: () => new Promise<void>((resolve) => setImmediate(resolve)),
};

export function planOf(size: ScenarioSize) {
  return planScenario({ runId: 'aws', start: referenceStart, size, seed });
}

export function clientOf(running: AwsPipeline) {
  const request: HttpClient['request'] = (path, options) => running.request(path, options);
  return createPipelineClient({ request, close: () => {} }, 'cus-axon');
}

/** Sends the scenario, 16 requests at a time. */
export async function send(
  running: AwsPipeline,
  size: ScenarioSize,
  onAnswer: (answered: number) => void = () => {},
): Promise<AnsweredRequest[]> {
  const options = { concurrency: 16, retryForSeconds: 60, timing, onAnswer };
  return sendRequests(planOf(size), clientOf(running), options);
}

/** Returns the differences between the windows that were planned and those that the pipeline answers. */
export async function differencesOf(running: AwsPipeline, size: ScenarioSize): Promise<string[]> {
  const found = await clientOf(running).readWindows('2025-12-28T18:00:00Z', '2025-12-28T19:00:00Z');
  return compareWindows(planOf(size).windows, [], found).flatMap(({ differences }) => differences);
}

/** Returns how many answers had each status. */
export function statusesOf(answered: readonly AnsweredRequest[]): Record<number, number> {
  const statuses: Record<number, number> = {};
  for (const { answer } of answered) statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  return statuses;
}
