import { awaitCounts, rangeOf, type CountsFound } from './await-counts.ts';
import type { PipelineClient } from './pipeline-client.ts';
import type { ScenarioPlan } from './plan.ts';
import { sendRequests, type AnsweredRequest } from './send-requests.ts';
import { realTiming, type Timing } from '../../client/timing.ts';

export interface RunOptions {
  /** Requests at a time. */
  readonly concurrency: number;
  /** Longest time to repeat a request, and to wait for the counts. */
  readonly retryForSeconds: number;
  /** Called with the number of answers so far. */
  readonly onAnswer?: (answered: number) => void;
  /** Called when everything is answered and only the counts are missing. */
  readonly onAllAnswered?: () => void;
  readonly timing?: Timing;
}

/** The results of a run of the scenario. */
export interface ScenarioFigures extends CountsFound {
  readonly requests: number;
  /** Number of requests by status, in ascending order. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Attempts beyond the first of each request. */
  readonly retries: number;
  /**
   * Requests with an unexpected end. An original must end with 202, or as a duplicate if it was retried; a repeat
   * must end as a duplicate, with 409 or, if the pipeline is set to it, with 202 and `idempotent-replayed`.
   */
  readonly wrongAnswers: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** True if all answers and all windows are as expected. */
  readonly isExact: boolean;
}

/**
 * Sends the plan and checks what was counted.
 * @throws ConnectionFailed  the server cannot be reached at the start
 * @throws UnexpectedAnswer  it is not this pipeline
 * @throws GaveUp            a request was not answered for too long
 */
export async function runScenario(
  plan: ScenarioPlan,
  client: PipelineClient,
  {
    concurrency,
    retryForSeconds,
    onAnswer = () => {},
    onAllAnswered = () => {},
    timing = realTiming,
  }: RunOptions,
): Promise<ScenarioFigures> {
  const before = await client.readWindows(...rangeOf(plan.windows));
  const startedAt = timing.now();
  const answered = await sendRequests(plan, client, { concurrency, retryForSeconds, timing, onAnswer });
  const seconds = (timing.now() - startedAt) / 1_000;
  onAllAnswered();
  const found = await awaitCounts(client, {
    expected: plan.windows,
    before,
    withinSeconds: retryForSeconds,
    timing,
  });

  const latencies = answered.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const wrongAnswers = answered.filter((request) => !isAsItShouldBe(request)).length;
  const areCountsExact = found.windows.every(({ differences }) => differences.length === 0);
  return {
    ...found,
    requests: answered.length,
    statuses: countStatuses(answered),
    retries: answered.reduce((sum, { attempts }) => sum + attempts - 1, 0),
    wrongAnswers,
    seconds,
    p50Milliseconds: quantile(latencies, 0.5),
    p99Milliseconds: quantile(latencies, 0.99),
    isExact: wrongAnswers === 0 && areCountsExact,
  };
}

function isAsItShouldBe({ request, answer, attempts }: AnsweredRequest): boolean {
  const isDuplicate = answer.status === 409 || answer.headers['idempotent-replayed'] === 'true';
  if (request.isRepeat) return isDuplicate;
  // An original whose answer was lost has been accepted, and its retry is the duplicate.
  return (answer.status === 202 && !isDuplicate) || (isDuplicate && attempts > 1);
}

function countStatuses(answered: readonly AnsweredRequest[]): Map<number, number> {
  const statuses = new Map<number, number>();
  for (const { answer } of [...answered].sort((a, b) => a.answer.status - b.answer.status)) {
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  }
  return statuses;
}

function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}
