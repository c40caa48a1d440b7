import { awaitCounts, rangeOf, type CountsFound } from './await-counts.ts';
import type { PipelineClient } from './pipeline-client.ts';
import type { ScenarioPlan } from './plan.ts';
import { sendRequests, type AnsweredRequest } from './send-requests.ts';
import { realTiming, type Timing } from '../../client/timing.ts';

export interface RunOptions {
  /** Requests at a time. */
  readonly concurrency: number;
  /** How long a request is repeated, and how long the counts may stay away. */
  readonly retryForSeconds: number;
  /** Called with the number of answers so far. */
  readonly onAnswer?: (answered: number) => void;
  /** Called when all is answered and the counts are awaited. */
  readonly onAllAnswered?: () => void;
  readonly timing?: Timing;
}

/** What a run of the scenario found. */
export interface ScenarioFigures extends CountsFound {
  readonly requests: number;
  /** How many requests ended with each status, in ascending order. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Attempts beyond the first of each request. */
  readonly retries: number;
  /**
   * Requests that ended otherwise than they should: an original with 202, or as a duplicate where it was retried; a
   * repeat as a duplicate, with 409 or, where the pipeline is set to that, with 202 and `idempotent-replayed`.
   */
  readonly wrongAnswers: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** All answers and all windows are as they should be. */
  readonly isExact: boolean;
}

/**
 * Sends what was planned and looks at what was counted.
 * @throws ConnectionFailed  the server cannot be reached to begin with
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
  // An original whose answer was lost on its way has been taken, and its retry is the duplicate.
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
