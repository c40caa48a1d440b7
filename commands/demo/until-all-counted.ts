import type { HttpClient } from '../pipeline-client/http-client.ts';
import { openPipeline } from '../pipeline-client/open-pipeline.ts';
import { realTiming } from '../pipeline-client/timing.ts';
import { untilCounted } from '../pipeline-client/until-counted.ts';
import type { Progress } from '../progress.ts';
import type { DemoCustomer } from './customers.ts';
import { waitingRecords } from './served-counts.ts';

export interface CountingStage {
  readonly http: HttpClient;
  readonly url: URL;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const pollMilliseconds = 100;
const waitForSeconds = 300;

/**
 * Waits until nothing waits to be counted any more: so what is counted twice would be found as well. Then until hours and
 * days hold it too, which the dashboard shows.
 * @returns  the customers for whom that took too long
 */
export async function untilAllCounted(
  customers: readonly DemoCustomer[],
  range: { readonly from: Date; readonly to: Date },
  stage: CountingStage,
): Promise<readonly DemoCustomer[]> {
  await untilStreamsAreEmpty(stage);
  const minutes = {
    from: Math.floor(range.from.getTime() / 60_000),
    to: Math.ceil(range.to.getTime() / 60_000),
  };
  const late: DemoCustomer[] = [];
  for (const customer of customers) {
    if (stage.signal.aborted) break;
    const { url, signal } = stage;
    const options = { url, customerId: customer.id, concurrency: 1, retryForSeconds: 0, signal };
    const pipeline = openPipeline(options);
    try {
      const wait = { waitForSeconds, timing: realTiming, signal, onWait: () => {} };
      const { kind } = await untilCounted(pipeline, [minutes], wait);
      if (kind === 'not-yet') late.push(customer);
    } finally {
      pipeline.close();
    }
  }
  return late;
}

async function untilStreamsAreEmpty({ http, progress, signal }: CountingStage): Promise<void> {
  let waiting = signal.aborted ? 0 : await waitingRecords(http);
  if (waiting > 0) progress.begin('Counting', waiting);
  while (waiting > 0 && !signal.aborted) {
    await realTiming.wait(pollMilliseconds, signal);
    const stillWaiting = signal.aborted ? 0 : await waitingRecords(http);
    for (; waiting > stillWaiting; waiting--) progress.done();
  }
}
