import type { CustomerId } from '../../lib/domain/customer-id.ts';
import type { Tombstone } from '../../lib/domain/tombstone.ts';
import { Unavailable } from '../../lib/errors.ts';
import { beginForgetting } from '../../lib/pipeline/forget/begin-forgetting.ts';
import { forgetCustomer } from '../../lib/pipeline/forget/forget-customer.ts';
import type { Laws } from './laws/laws.ts';
import type { Plan } from './plan.ts';
import type { Processes } from './processes.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { foldingLimits } from '../factories.ts';
import { withAdmission } from '../pipeline/with-admission.ts';
import type { ProcessPorts } from './process-ports.ts';
import { simulatedCustomer } from './sent-batch.ts';

export interface ForgetterSurroundings {
  readonly scheduler: Scheduler;
  readonly processes: Processes;
  readonly portsOf: (process: Process) => ProcessPorts;
  readonly laws: Laws;
}

const options = { limits: foldingLimits, maxSeconds: 10 };
const pauseMilliseconds = 3_000;
/** Time after which an invocation that its operator has abandoned writes no more tombstones, which nobody would complete. */
const abandonedMilliseconds = 120_000;

/** Starts operators who forget customers, and who repeat unanswered requests until they succeed. */
export function startForgetters(plan: Plan, around: ForgetterSurroundings): void {
  const { scheduler, laws } = around;
  const run = async (): Promise<void> => {
    await scheduler.sleep(scheduler.chance.upTo(pauseMilliseconds));
    const customerId = simulatedCustomer(scheduler.chance.upTo(plan.customers));
    let tombstone = await begin(customerId, around);
    while (tombstone !== undefined) {
      while (!(await goOn(tombstone, around)))
        await scheduler.sleep(scheduler.chance.upTo(pauseMilliseconds));
      await scheduler.sleep(abandonedMilliseconds);
      const newest: Tombstone | undefined = laws.tombstoneOf(customerId);
      tombstone = newest?.completedAt === undefined ? newest : undefined;
    }
  };
  for (let forgotten = 0; forgotten < plan.forgettings; forgotten += 1) {
    run().catch((error: unknown) => laws.unexpected('an operator', error));
  }
}

async function begin(
  customerId: CustomerId,
  { scheduler, processes, portsOf, laws }: ForgetterSurroundings,
): Promise<Tombstone | undefined> {
  for (;;) {
    const accepted = laws.acceptedOf(customerId);
    const begun = await processes.invoke('forget', async (process) => {
      try {
        return await beginForgetting(customerId, portsOf(process));
      } catch (error) {
        if (error instanceof Unavailable) return 'nothing';
        throw error;
      }
    });
    if (begun !== 'nothing') {
      if (begun.tombstone !== undefined) laws.forgets(accepted, begun.tombstone);
      return begun.tombstone;
    }
    await scheduler.sleep(scheduler.chance.upTo(pauseMilliseconds));
  }
}

/** Returns true if everything is removed, or somebody else has started again. */
async function goOn(
  tombstone: Tombstone,
  { processes, portsOf, laws }: ForgetterSurroundings,
): Promise<boolean> {
  const forgotten = await processes.invoke('forget', async (process) => {
    try {
      return await forgetCustomer(tombstone, withAdmission(portsOf(process)), options);
    } catch (error) {
      if (error instanceof Unavailable) return 'nothing';
      throw error;
    }
  });
  if (forgotten === 'nothing') return false;
  return (
    forgotten.isDone ||
    laws.tombstoneOf(tombstone.customerId)?.before.getTime() !== tombstone.before.getTime()
  );
}
