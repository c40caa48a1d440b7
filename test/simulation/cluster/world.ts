import { startClients } from '../clients.ts';
import { startIndexing } from '../customer-readers.ts';
import { startForgetters } from '../forgetters.ts';
import type { ClusterFaults, Plan } from '../plan.ts';
import { startReaders } from '../readers.ts';
import { startRecounters } from '../recounters.ts';
import { createDisturb } from '../disturb.ts';
import type { Scheduler } from '../scheduler.ts';
import type { World } from '../world.ts';
import { createCluster } from './cluster.ts';
import { startCounting } from './counting.ts';
import { createLosses } from './losses.ts';
import { startSummarizer } from './summarizer.ts';
import { startVerifiers } from './verifiers.ts';

/** Creates the topology of the cluster form with its clients. */
export function createClusterWorld(plan: Plan, faults: ClusterFaults, scheduler: Scheduler): World {
  const cluster = createCluster(plan, faults, scheduler);
  const { laws, processes, operations, store, batches, insights, windows, watches, phase } = cluster;
  const { portsOf, progressOf } = cluster;
  const { chance } = scheduler;

  const { summarizer, emittedOf } = startSummarizer(cluster);
  const { aggregates, rollUps } = startCounting(cluster);
  const all = [summarizer, ...aggregates, rollUps, ...startVerifiers(cluster)];
  const { poison, lose } = createLosses(cluster, all);

  const clients = startClients(plan, {
    scheduler,
    processes,
    portsOf,
    emittedBatchesOf: emittedOf,
    laws,
    store,
    pauseMilliseconds: plan.pauseMilliseconds,
  });
  const readers = startReaders(plan, { scheduler, processes, portsOf, progressOf, laws });
  startIndexing({ scheduler, processes, portsOf, progressOf, laws });
  startForgetters(plan, { scheduler, processes, portsOf, laws });
  const recounters = startRecounters(plan, { scheduler, processes, portsOf, laws, store });

  const disturb = createDisturb(scheduler, phase);
  disturb(plan.stepsPerCrash, () => processes.crashOne());
  disturb(plan.stepsPerSplit, () => chance.oneOf(batches, insights, windows).addPartition());
  disturb(faults.stepsPerRebalance, () => all[chance.upTo(all.length) - 1]?.rebalance());
  disturb(faults.stepsPerLoss, () => void lose());
  disturb(faults.poison === 0 ? Infinity : 20 / faults.poison, poison);
  disturb(faults.stepsPerLook, () => {
    for (const { process, watch } of watches.values()) if (process.isAlive) watch.look().catch(() => {}); // it cannot be read now
  });

  return {
    brokenLaw: () => laws.broken,
    heal() {
      phase.isHealed = true;
      operations.heal();
      clients.stop();
      readers.stop();
      for (const each of all) each.rebalance();
    },
    checkAtRest() {
      for (const each of all) {
        const waiting = each.topic.partitions.some(
          ({ records, done }) => records.length > (done.get(each.name) ?? 0),
        );
        if (waiting) laws.unexpected('the end', `records of ${each.topic.name} wait at rest`);
      }
      laws.checkAtRest(store);
      readers.askAtRest();
    },
    recountAtRest: () => recounters.recountAtRest(),
  };
}
