import { minutesOf } from '../../client/counting-state.ts';
import type { Pipeline } from '../../client/open-pipeline.ts';
import { realTiming } from '../../client/timing.ts';
import { untilCounted } from '../../client/until-counted.ts';
import type { Progress } from '../progress.ts';
import type { DemoCustomer } from './customers.ts';
import type { DemoPipelines } from './open-pipelines.ts';

export interface CountingStage {
  readonly pipelines: DemoPipelines;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const pollMilliseconds = 100;
const waitForSeconds = 300;

/**
 * Waits until no entry waits to be counted any more, so that a comparison would also find entries that are counted twice.
 * Then waits until hours and days, which the dashboard shows, hold them too.
 * @returns  the customers whose hours and days took too long
 */
export async function untilAllCounted(
  customers: readonly DemoCustomer[],
  range: { readonly from: Date; readonly to: Date },
  { pipelines, progress, signal }: CountingStage,
): Promise<readonly DemoCustomer[]> {
  const [first] = customers;
  if (first !== undefined) await untilStreamsAreEmpty(pipelines.of(first), progress, signal);
  const minutes = minutesOf([range.from, range.to].map((at) => ({ receivedAt: at.toISOString() })));
  const late: DemoCustomer[] = [];
  for (const customer of customers) {
    if (signal.aborted) break;
    const { kind } = await untilCounted(pipelines.of(customer), [minutes], { waitForSeconds, signal });
    if (kind === 'not-yet') late.push(customer);
  }
  return late;
}

async function untilStreamsAreEmpty(
  pipeline: Pick<Pipeline, 'backlog'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const readBacklog = async () => (signal.aborted ? 0 : ((await pipeline.backlog()) ?? 0));
  let waiting = await readBacklog();
  if (waiting > 0) progress.begin('Counting', waiting);
  while (waiting > 0 && !signal.aborted) {
    await realTiming.wait(pollMilliseconds, signal);
    const stillWaiting = await readBacklog();
    for (; waiting > stillWaiting; waiting--) progress.done();
  }
}
