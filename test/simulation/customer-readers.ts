import {
  firstDayStartFrom,
  firstWindowStartFrom,
  minutesBefore,
  enclosingWindowStart,
} from '../../lib/domain/window.ts';
import { Unavailable } from '../../lib/errors.ts';
import { indexCustomers } from '../../lib/pipeline/customer-index/index-customers.ts';
import { listCustomerTotals } from '../../lib/pipeline/query/list-customer-totals.ts';
import { withForgetting } from '../../lib/pipeline/query/with-forgetting.ts';
import { withinRetention } from '../../lib/pipeline/query/within-retention.ts';
import type { CustomerTotals, WindowReader } from '../../lib/ports/window-reader.ts';
import { startOf, type Plan } from './plan.ts';
import type { Claim, ReaderSurroundings } from './reader-surroundings.ts';
import type { Process } from './scheduler.ts';
import { simulatedCustomer } from './sent-batch.ts';

const indexings = 4;

/**
 * Lists the customers with their totals, page by page.
 * @returns the answer's claims about each customer; `undefined` if there was no answer
 */
export async function askForCustomers(
  allowedLatenessSeconds: number,
  plan: Plan,
  around: ReaderSurroundings,
  readerOf: (process: Process) => WindowReader,
): Promise<ReadonlyMap<number, Claim> | undefined> {
  const { scheduler, processes, portsOf, progressOf } = around;
  const sort = scheduler.chance.oneOf('name' as const, 'requests' as const);
  const answer = await processes.invoke('query', async (process) => {
    const { store, retention } = portsOf(process);
    const forgetting = { store, progress: progressOf(process) };
    const start = firstWindowStartFrom(startOf(plan));
    const from = enclosingWindowStart(minutesBefore(start, plan.minutes + 60), 'day');
    const to = firstDayStartFrom(firstWindowStartFrom(new Date(scheduler.time)));
    const asked = { from, to, sort, customerId: undefined, limit: 1_000, allowedLatenessSeconds };
    try {
      return await withinRetention(asked, retention, (kept) =>
        withForgetting(undefined, forgetting, (progress) =>
          listCustomerTotals({ ...kept, after: undefined }, { reader: readerOf(process), progress }),
        ),
      );
    } catch (error) {
      if (error instanceof Unavailable) return 'nothing' as const;
      throw error;
    }
  });
  if (answer === 'nothing') return undefined;
  const { range, found } = answer;
  const claims = new Map<number, Claim>();
  for (let customer = 1; customer <= plan.customers; customer += 1) {
    const isIts = ({ customerId }: CustomerTotals) => customerId === simulatedCustomer(customer);
    const requests = found.customers.find(isIts)?.requests ?? 0;
    const { countedThrough, complete } = found;
    const ranges = [{ from: range.from, to: range.to, requests, isComplete: complete }];
    claims.set(customer, { countedThrough, waiting: undefined, ranges });
  }
  return claims;
}

/** Starts the process that indexes customers of an earlier version. There are none, but it writes beside roll-up. */
export function startIndexing({ scheduler, processes, portsOf, laws }: ReaderSurroundings): void {
  const run = async (): Promise<void> => {
    for (let indexing = 0; indexing < indexings; indexing += 1) {
      await scheduler.sleep(scheduler.chance.upTo(10_000));
      await processes.invoke('expire', async (process) => {
        try {
          await indexCustomers(portsOf(process), { settleSeconds: 5, maxSeconds: 20 });
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
        }
      });
    }
  };
  run().catch((error: unknown) => laws.unexpected('an indexing', error));
}
