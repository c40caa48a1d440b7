import { emptyCounts } from '../../lib/domain/dimensions.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { realTiming } from '../../client/timing.ts';
import type { Progress } from '../progress.ts';
import { compareCounts } from './compare-counts.ts';
import { demoCustomers, type DemoCustomer } from './customers.ts';
import { sendLiveTraffic } from './live-traffic.ts';
import { openPipelines, type DemoPipelines } from './open-pipelines.ts';
import type { DemoOptions } from './options.ts';
import { planDemo, shareOfLastHour, type DemoPlan } from './plan.ts';
import { sendPlan } from './send-plan.ts';
import { servedCounts, type ServedCounts } from './served-counts.ts';
import { topTable } from './top-table.ts';
import { untilAllCounted } from './until-all-counted.ts';
import { whole } from '../whole.ts';

export interface Stage {
  readonly url: URL;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly print: (text: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

const maxListed = 10;
const dayMilliseconds = 86_400_000;

/**
 * Sends traffic to a running pipeline, shows its counts, and continues until the signal is aborted.
 * @returns the exit code
 * @throws RequestRefused, GaveUp  the pipeline fails
 */
export async function demonstrate(options: DemoOptions, stage: Stage): Promise<number> {
  const customers = demoCustomers(options.customers);
  const pipelines = openPipelines(customers, stage.url, stage.signal);
  try {
    return await show(options, customers, { ...stage, pipelines });
  } finally {
    pipelines.close();
  }
}

async function show(
  options: DemoOptions,
  customers: readonly DemoCustomer[],
  stage: Stage & { readonly pipelines: DemoPipelines },
): Promise<number> {
  const { pipelines, url, clock, progress, print, signal } = stage;
  const { entries, seed, days } = options;
  const now = clock.now();
  const plan = planDemo({ customers, entries, seed, now, days });
  progress.begin('Sending', plan.deliveries.length);
  const answers = await sendPlan(plan, { pipelines, signal, onAnswer: () => progress.done() });
  const range = { from: new Date(now.getTime() - (days + 1) * dayMilliseconds), to: now };
  const late = await untilAllCounted(customers, range, stage);
  if (signal.aborted) return interrupted;

  const served: ServedCounts[] = [];
  for (const customer of customers) served.push(await servedCounts(pipelines.of(customer), range));
  progress.stop();

  print(customers.map((customer, n) => topTable(customer, served[n] ?? nothing)).join('\n\n'));
  const differences = plan.customers.flatMap(({ customer, ...expected }, n) =>
    compareCounts(served[n] ?? nothing, expected).map((difference) => `${customer.id} ${difference}`),
  );
  differences.push(...late.map(({ id }) => `${id} is not counted by hours and days within 5 minutes`));
  if (answers.accepted !== plan.batches) differences.push(`batches: ${answers.accepted} of ${plan.batches}`);
  if (differences.length > 0) {
    print(`\nNOT exact:\n${differences.slice(0, maxListed).join('\n')}`);
    return 1;
  }
  print(`\n${verdict(plan)}`);

  const entriesPerSecond = Math.min(50, Math.max(3, (entries * shareOfLastHour(days)) / 3_600));
  print(invitation(url, options.isLive ? entriesPerSecond : undefined));
  if (options.isLive) await sendLiveTraffic({ customers, entriesPerSecond, seed, pipelines, clock, signal });
  else await aborted(signal);
  return 0;
}

/** The exit code that shells give a process that Ctrl-C ended. */
export const interrupted = 130;
const nothing: ServedCounts = {
  requests: 0,
  counts: emptyCounts(),
};

function verdict({ customers, batches, repeats, late }: DemoPlan): string {
  const entries = whole(customers.reduce((sum, { requests }) => sum + requests, 0));
  return (
    `Exact: ${entries} entries in ${whole(batches)} batches, ${whole(repeats)} of them sent twice and ` +
    `${whole(late)} late. Every entry is counted once, on its path, agent and status.`
  );
}

function invitation(url: URL, entriesPerSecond: number | undefined): string {
  return [
    '',
    `  Dashboard   ${url.href}`,
    entriesPerSecond === undefined
      ? '  Traffic     all is sent'
      : `  Traffic     goes on, with some ${entriesPerSecond.toFixed(1)} entries a second`,
    '  Stop        Ctrl-C',
    '',
  ].join('\n');
}

async function aborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await realTiming.wait(dayMilliseconds, signal);
}
