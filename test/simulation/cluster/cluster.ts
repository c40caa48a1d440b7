import type { Hop } from '../../../lib/domain/barrier.ts';
import { encodeAnnouncement, encodeIntent } from '../../../lib/domain/announcement.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { createLogger } from '../../../lib/logger.ts';
import { createBarrierProgress } from '../../../lib/pipeline/barriers/barrier-progress.ts';
import { createBarrierWatch, type BarrierWatch } from '../../../lib/pipeline/barriers/watch-barriers.ts';
import { createRetention } from '../../../lib/pipeline/expire/retention.ts';
import { createNotifyingStore } from '../../../lib/pipeline/windows/notifying-store.ts';
import type { CountingProgress } from '../../../lib/ports/counting-progress.ts';
import type { EventStream } from '../../../lib/ports/event-stream.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import type { Timers } from '../../../lib/ports/timers.ts';
import { Operations } from '../faults.ts';
import { Laws } from '../laws/laws.ts';
import type { ClusterFaults, Plan } from '../plan.ts';
import { ofProcess } from '../of-process.ts';
import type { ProcessPorts } from '../process-ports.ts';
import { Processes, type Stage } from '../processes.ts';
import type { Process, Scheduler } from '../scheduler.ts';
import { SimulatedStore } from '../simulated-store.ts';
import { SimulatedGroup, type ConsumeRecords } from './group.ts';
import { offsetsThrough } from './offsets.ts';
import { SimulatedTopic } from './topic.ts';

const stages: readonly Stage[] = [
  'ingest',
  'summarize',
  'aggregate',
  'verify',
  'rollUp',
  'query',
  'forget',
  'recount',
  'announce',
];
/** Short delays, so that much happens before faults end. */
export const putMilliseconds = 1_500;
/** Batches that are emitted at the last delay use it again. */
export const delaysMilliseconds = [60_000, 600_000, 3_600_000, 86_400_000];
const maxGapMilliseconds = 10_000;
const outageMilliseconds = 20_000;
const lateWriteMilliseconds = [0, 1_000, 20_000, 600_000, 20_000_000] as const;

const hops: [Hop, Hop, Hop] = [
  [{ topic: 'batches', group: 'summarizer' }],
  [
    { topic: 'insights', group: 'aggregate' },
    { topic: 'late', group: 'aggregate-late' },
  ],
  [{ topic: 'windows', group: 'roll-up' }],
];
const silent = createLogger({ level: 'error', clock: { now: () => new Date(0) }, write: () => {} });

/** Parts that the roles of a simulated cluster share. */
export type Cluster = ReturnType<typeof createCluster>;

/** Creates the store and the topics of a cluster, and the ports of its processes. */
export function createCluster(plan: Plan, faults: ClusterFaults, scheduler: Scheduler) {
  const { chance } = scheduler;
  const { clockDifferenceMilliseconds } = faults;
  const laws = new Laws(() => new Date(scheduler.time), faults.hasLateWrites);
  const processes = new Processes(scheduler, plan, laws, stages);
  // Only an audit finds a window that a dead process creates after its customer was forgotten.
  const landingLate = plan.forgettings === 0 ? /^put (batches|aggregates)/ : /^put batches/;
  const landsAfter = (label: string) =>
    faults.hasLateWrites && landingLate.test(label) ? chance.oneOf(...lateWriteMilliseconds) : 0;
  const operations = new Operations(scheduler, plan, processes, landsAfter);
  const clockOf = (process: Process) => ({ now: () => new Date(scheduler.time + process.clockError) });
  const phase = { isHealed: false };

  const store = new SimulatedStore(
    { wrote: (...change) => laws.wrote(...change), deleted: (...change) => laws.deleted(...change) },
    async () => undefined,
    () => undefined,
  );
  const around = { scheduler, operations };
  const batches = new SimulatedTopic('batches', plan.partitions, around);
  const insights = new SimulatedTopic('insights', plan.partitions, around);
  const late = new SimulatedTopic('late', 1, around);
  const windows = new SimulatedTopic('windows', plan.partitions, around);
  const delayed = delaysMilliseconds.map((delay) => new SimulatedTopic(`verify ${delay}`, 1, around));
  const topics = new Map([batches, insights, late, windows].map((topic) => [topic.name, topic]));

  const timers: Timers = {
    elapsed: () => scheduler.time,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        scheduler.after(milliseconds, 'wake', () => resolve());
      }),
  };

  const watches = new Map<string, { readonly process: Process; readonly watch: BarrierWatch }>();
  const watchOf = ofProcess((process) => {
    const offsets = offsetsThrough(process, {
      ...around,
      topics,
      deposed: () => (phase.isHealed ? 0 : faults.deposed),
    });
    const ports = { offsets, clock: clockOf(process), timers, logger: silent };
    const options = { hops, lookEveryMilliseconds: 1_000, maxGapMilliseconds, clockDifferenceMilliseconds };
    const watch = createBarrierWatch(ports, options);
    watches.set(process.name, { process, watch });
    return watch;
  });

  const streamThrough = (topic: SimulatedTopic, group: string, process: Process): EventStream => ({
    async put(records) {
      if (process.name.startsWith('verify')) for (const { data } of records) requireSummarized(data);
      await topic.append(
        records.map(({ partitionKey, data }) => ({ key: partitionKey, value: Buffer.from(data) })),
        process,
      );
    },
    backlog: () =>
      operations.run(process, `backlog of ${topic.name}`, 'read', () => ({
        records: topic.waiting(group).length,
        oldestPutAt: undefined,
      })),
    backlogOf: async () => undefined,
    async consumedThrough() {
      await watchOf(process).look();
      return watchOf(process).minutes();
    },
  });

  /** Sometimes waits while a put, or the answer about a batch or an intent, is on its way. */
  async function mayTakeLong(): Promise<void> {
    if (!phase.isHealed && chance.happens(faults.slowBatches))
      await scheduler.sleep(chance.upTo(3 * putMilliseconds));
  }

  const slowed = (inner: ObjectStore): ObjectStore => ({
    ...inner,
    async get(key, ...options) {
      const object = await inner.get(key, ...options);
      if (key.startsWith('batches/')) await mayTakeLong();
      return object;
    },
    async put(key, ...written) {
      if (key.startsWith('batches/')) await mayTakeLong();
      return inner.put(key, ...written);
    },
  });

  const portsOf = (process: Process): ProcessPorts => {
    const inner = store.through(process, operations);
    const notifier = {
      notify: (keys: readonly ObjectKey[]) =>
        windows.append(
          keys.map((key) => ({ key, value: encodeAnnouncement(key) })),
          process,
        ),
    };
    return {
      store: createNotifyingStore(slowed(inner), notifier),
      versions: store.versionsThrough(process, operations),
      notifier,
      retention: retentionOf(process),
      streams: {
        insights: streamThrough(insights, 'aggregate', process),
        late: streamThrough(late, 'aggregate-late', process),
      },
      clock: clockOf(process),
      timers,
      outbox: {
        async announce({ key, isAfterLoss = false }) {
          await batches.append([{ key, value: encodeIntent({ key, isAfterLoss }) }], process);
          await mayTakeLong();
          return putMilliseconds;
        },
        emit: () => Promise.reject(new Error('The reader of the intent emits partials, not ingest.')),
      },
    };
  };
  const retentionOf = ofProcess((process) =>
    createRetention(store.through(process, operations), clockOf(process)),
  );

  const group = (
    name: string,
    topic: SimulatedTopic,
    consume: ConsumeRecords,
    options: { readonly batchSize: number; readonly delayMilliseconds?: number },
  ) =>
    new SimulatedGroup({
      name,
      topic,
      scheduler,
      lostCommits: () => (phase.isHealed ? 0 : 0.02),
      takesStaleCommits: () => faults.takesStaleCommits && !phase.isHealed,
      async consume(records) {
        if (!phase.isHealed && chance.happens(faults.outages))
          await scheduler.sleep(chance.upTo(outageMilliseconds));
        return consume(records);
      },
      ...options,
    });

  /** A partial may only be emitted again after the summarizer is done with an intent of its batch. */
  function requireSummarized(data: Uint8Array): void {
    const { customerId, id } = JSON.parse(Buffer.from(data).toString()) as { customerId: string; id: string };
    const key = laws.batchOfPartial(customerId, Buffer.from(id, 'base64'));
    const isBehind = batches.partitions.every(({ records, done }) =>
      records.every((record) => record.key !== key || record.offset >= (done.get('summarizer') ?? 0)),
    );
    if (key !== undefined && isBehind)
      laws.lied(`${key} was emitted again, but the summarizer is only behind`);
  }

  const progressOf = (process: Process): CountingProgress => {
    const watch = watchOf(process);
    const progress = createBarrierProgress({
      barriers: watch,
      failedRecords: { mayHave: async () => false },
      clock: clockOf(process),
      logger: silent,
    });
    return {
      async of(customerId) {
        if (phase.isHealed || chance.happens(0.5)) await watch.look();
        return progress.of(customerId);
      },
    };
  };

  return {
    faults,
    scheduler,
    laws,
    processes,
    operations,
    store,
    batches,
    insights,
    late,
    windows,
    delayed,
    timers,
    watches,
    phase,
    portsOf,
    progressOf,
    group,
  };
}
