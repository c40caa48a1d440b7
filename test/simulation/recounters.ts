import type { CountingRules } from '../../lib/domain/counting-rules.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import type { WindowStart } from '../../lib/domain/window.ts';
import { Unavailable } from '../../lib/errors.ts';
import { audit } from '../../lib/pipeline/audit/audit.ts';
import type { Finding } from '../../lib/pipeline/audit/findings.ts';
import { createRecount } from '../../lib/pipeline/recount/recount.ts';
import { createWindowReplacer } from '../../lib/pipeline/recount/replace-windows.ts';
import { foldingLimits } from '../factories.ts';
import { inMemorySpool, noneDiffering } from '../pipeline/audit/in-memory-spool.ts';
import { simulatedRules } from './laws/expected-window.ts';
import type { Laws } from './laws/laws.ts';
import type { Plan } from './plan.ts';
import type { ProcessPorts } from './process-ports.ts';
import type { Processes } from './processes.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { simulatedCustomer } from './sent-batch.ts';
import type { SimulatedStore } from './simulated-store.ts';

export interface RecounterSurroundings {
  readonly scheduler: Scheduler;
  readonly processes: Processes;
  readonly portsOf: (process: Process) => ProcessPorts;
  readonly laws: Laws;
  readonly store: SimulatedStore;
}

const pauseMilliseconds = 3_000;
/** Number of passes of one invocation, as of a command that is interrupted. */
const maxPasses = 4;
const always = { from: '1970-01-01T00:00:00Z' as WindowStart, to: '9999-12-31T23:59:00Z' as WindowStart };
const silent = { begin: () => {}, done: () => {} };

/** Starts operators who recount customers by some rules, and who begin again until a recount is done. */
export function startRecounters(plan: Plan, around: RecounterSurroundings): { recountAtRest(): boolean } {
  const { scheduler, laws } = around;
  const { chance } = scheduler;
  // All by the same: of two recounts by different rules, the last one decides.
  const rules = simulatedRules[plan.seed % simulatedRules.length];
  if (rules === undefined) throw new Error('There are rules.');
  const run = async (): Promise<void> => {
    await scheduler.sleep(chance.upTo(pauseMilliseconds));
    const customerId = simulatedCustomer(chance.upTo(plan.customers));
    const stored = laws.storedBatches();
    while (!(await recountOnce(customerId, rules, around)))
      await scheduler.sleep(chance.upTo(pauseMilliseconds));
    if (laws.tombstoneOf(customerId) === undefined)
      laws.recounted({ customerId, rulesVersion: rules.version, stored }, around.store);
  };
  const recountAll = async (): Promise<void> => {
    for (let number = 1; number <= plan.customers; number += 1) {
      const customerId = simulatedCustomer(number);
      for (const rules of simulatedRules) {
        while (!(await recountOnce(customerId, rules, around))) await scheduler.sleep(pauseMilliseconds);
        laws.recounted(
          { customerId, rulesVersion: rules.version, stored: laws.storedBatches() },
          around.store,
        );
        await auditCustomer(customerId, around);
      }
    }
  };
  const begin = (work: Promise<void>) =>
    void work.catch((error: unknown) => laws.unexpected('a recount', error));
  for (let recount = 0; recount < plan.recounts; recount += 1) begin(run());
  return {
    recountAtRest() {
      if (plan.recounts > 0) begin(recountAll());
      return plan.recounts > 0;
    },
  };
}

/** @returns true if the recount is done */
async function recountOnce(
  customerId: CustomerId,
  rules: CountingRules,
  { processes, portsOf, laws }: RecounterSurroundings,
): Promise<boolean> {
  const isDone = await processes.invoke('recount', async (process) => {
    const ports = portsOf(process);
    const windows = createWindowReplacer(rules.version, ports);
    const newSpool = () => Object.assign(inMemorySpool(), { remove: () => {} });
    const options = { customerId, ...always, rules, limits: foldingLimits };
    const recount = createRecount({ ...ports, windows, newSpool }, options);
    const left = (what: object) => laws.lied(`a recount leaves ${JSON.stringify(what)}`);
    try {
      for (let passes = 0; passes < maxPasses; passes += 1) {
        const { changed, waiting } = await recount.pass({ ...silent, left });
        if (changed + waiting === 0) return true;
      }
      return false;
    } catch (error) {
      if (error instanceof Unavailable) return false;
      throw error;
    }
  });
  return isDone === true;
}

/** Audits a customer by each of the rules; nothing differs, whatever the windows were recounted by. */
async function auditCustomer(
  customerId: CustomerId,
  { processes, portsOf, laws }: RecounterSurroundings,
): Promise<void> {
  for (const rules of simulatedRules) {
    const found: Finding[] = [];
    const isDone = await processes.invoke('recount', async (process) => {
      const { store, retention } = portsOf(process);
      const ports = { store, retention, spool: inMemorySpool(), differing: noneDiffering().minute };
      const options = { customerId, rules, isPending: () => false, canHaveExpired: () => false };
      await audit(ports, options, { ...silent, found: (finding) => found.push(finding) });
      return true;
    });
    const [first] = found;
    if (isDone === true && first !== undefined) laws.lied(`an audit finds ${JSON.stringify(first)}`);
  }
}
