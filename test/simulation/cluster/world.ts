import type { Hop } from '../../../lib/domain/barrier.ts';
import { decodeIntent, encodeAnnouncement, encodeIntent } from '../../../lib/domain/announcement.ts';
import { windowsPrefix, type ObjectKey } from '../../../lib/domain/keys.ts';
import { createLogger } from '../../../lib/logger.ts';
import { UnreadableFormat } from '../../../lib/errors.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { createBarrierProgress } from '../../../lib/pipeline/barriers/barrier-progress.ts';
import { createBarrierWatch, type BarrierWatch } from '../../../lib/pipeline/barriers/watch-barriers.ts';
import { createRetention } from '../../../lib/pipeline/expire/retention.ts';
import { EmittedBatches } from '../../../lib/pipeline/ingest/emitted-batches.ts';
import { keepFailedRecord } from '../../../lib/pipeline/failed-records/keep-failed-record.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import { createEmissionRoom } from '../../../lib/pipeline/summarize/emission-room.ts';
import { comesAgain, type Intent } from '../../../lib/pipeline/summarize/intent.ts';
import { IntentWaits } from '../../../lib/pipeline/summarize/intent-waits.ts';
import { summarize } from '../../../lib/pipeline/summarize/summarize.ts';
import { FirstSights } from '../../../lib/pipeline/verify/first-sights.ts';
import { isDone } from '../../../lib/pipeline/verify/is-done.ts';
import { ReEmissionTimes } from '../../../lib/pipeline/verify/re-emission-times.ts';
import { verify } from '../../../lib/pipeline/verify/verify.ts';
import { createNotifyingStore } from '../../../lib/pipeline/windows/notifying-store.ts';
import type { CountingProgress } from '../../../lib/ports/counting-progress.ts';
import type { EventStream } from '../../../lib/ports/event-stream.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import type { Timers } from '../../../lib/ports/timers.ts';
import { foldingLimits } from '../../factories.ts';
import { withAdmission } from '../../pipeline/with-admission.ts';
import { startClients } from '../clients.ts';
import { Operations, noFaults } from '../faults.ts';
import { startIndexing } from '../customer-readers.ts';
import { startForgetters } from '../forgetters.ts';
import { Laws } from '../laws.ts';
import type { ClusterFaults, Plan } from '../plan.ts';
import { ofProcess } from '../of-process.ts';
import type { ProcessPorts } from '../process-ports.ts';
import { Processes, type Stage } from '../processes.ts';
import { startReaders } from '../readers.ts';
import type { Process, Scheduler } from '../scheduler.ts';
import { SimulatedStore } from '../simulated-store.ts';
import type { World } from '../world.ts';
import { SimulatedGroup, type ConsumeRecords } from './group.ts';
import { offsetsThrough } from './offsets.ts';
import { SimulatedTopic, type TopicRecord } from './topic.ts';

const stages: readonly Stage[] = [
  'ingest',
  'summarize',
  'aggregate',
  'verify',
  'rollUp',
  'query',
  'forget',
  'announce',
];
/** Short delays, so that much happens before faults end. */
const putMilliseconds = 1_500;
const verifyAfterMilliseconds = 2 * putMilliseconds;
/** Batches that are emitted at the last delay use it again. */
const delaysMilliseconds = [60_000, 600_000, 3_600_000, 86_400_000];
const maxAttempts = 8;
/** Longer than the gap after which a watch starts again, and longer than a put may take. */
const lossMilliseconds = 12_000;
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
const verifyOptions = {
  marginSeconds: 0, // a barrier decides
  lookAgainSeconds: 60,
  onlyEmitterSince: undefined,
  overdueSeconds: 900,
  maxSeconds: 15,
};
const silent = createLogger({ level: 'error', clock: { now: () => new Date(0) }, write: () => {} });

/** Creates the topology of the cluster form with its clients. */
export function createClusterWorld(plan: Plan, faults: ClusterFaults, scheduler: Scheduler): World {
  const { chance } = scheduler;
  const { clockDifferenceMilliseconds } = faults;
  const laws = new Laws(() => new Date(scheduler.time), faults.hasLateWrites);
  const processes = new Processes(scheduler, plan, laws, stages);
  // Only an audit finds a window that a dead process creates after its customer was forgotten.
  const landingLate = plan.forgettings === 0 ? /^put (batches|aggregates)/ : /^put batches/;
  const landsAfter = (label: string) =>
    faults.hasLateWrites && landingLate.test(label) ? chance.oneOf(...lateWriteMilliseconds) : 0;
  const operations = new Operations(
    scheduler,
    plan.rates,
    (process) => processes.killLater(process),
    landsAfter,
  );
  const clockOf = (process: Process) => ({ now: () => new Date(scheduler.time + process.clockError) });
  let isHealed = false;

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
      deposed: () => (isHealed ? 0 : faults.deposed),
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
    if (!isHealed && chance.happens(faults.slowBatches))
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
      lostCommits: () => (isHealed ? 0 : 0.02),
      takesStaleCommits: () => faults.takesStaleCommits && !isHealed,
      async consume(records) {
        if (!isHealed && chance.happens(faults.outages))
          await scheduler.sleep(chance.upTo(outageMilliseconds));
        return consume(records);
      },
      ...options,
    });

  const emittedOf = ofProcess(() => new EmittedBatches());
  const waitsOf = ofProcess(() => new IntentWaits(timers));
  const summarizer = group(
    'summarizer',
    batches,
    (records) => processes.invoke('summarize', (process) => summarizeRecords(records, process)),
    { batchSize: 8 },
  );
  async function summarizeRecords(records: readonly TopicRecord[], process: Process): Promise<Set<number>> {
    const ports = portsOf(process);
    const { readable, failed } = await readIntents(records, process);
    const room = createEmissionRoom({
      streams: ports.streams,
      timers,
      maxBacklogRecords: faults.maxBacklogRecords,
    });
    const summarized = await summarize(
      readable,
      { ...ports, room, timers, emittedBatches: emittedOf(process), waits: waitsOf(process) },
      {
        putMilliseconds,
        clockDifferenceMilliseconds: 2 * clockDifferenceMilliseconds,
        maxWaitMilliseconds: 1_000,
        signal: new AbortController().signal,
      },
    );
    for (const { intent, outcome } of summarized) {
      if (outcome.kind === 'unreadable') await keepPoison(intent.record, process);
      if (comesAgain(outcome)) failed.add(intent.record.offset);
    }
    return failed;
  }

  async function readIntents(records: readonly TopicRecord[], process: Process) {
    const readable: (Intent & { readonly record: TopicRecord })[] = [];
    const failed = new Set<number>();
    for (const record of records) {
      try {
        readable.push({ ...decodeIntent(record.value), appendedAt: record.appendedAt, record });
      } catch (error) {
        if (!(error instanceof UnreadableFormat)) throw error;
        await keepPoison(record, process);
      }
    }
    return { readable, failed };
  }

  function keepPoison({ key, value, offset }: TopicRecord, process: Process): Promise<unknown> {
    const record = {
      stream: 'batches',
      partition: '0',
      sequenceNumber: String(offset),
      partitionKey: key,
      data: value,
    };
    const failedRecord = { ...record, cause: 'it is damaged', failedAt: new Date(scheduler.time) };
    return keepFailedRecord(failedRecord, store.through(process, operations));
  }

  const aggregates = (
    [
      ['aggregate', insights],
      ['aggregate-late', late],
    ] as const
  ).map(([name, topic]) =>
    group(
      name,
      topic,
      (records) =>
        processes.invoke('aggregate', async (process) => {
          const received = records.map(({ offset, key, value }) => ({
            stream: topic.name,
            partition: '0',
            sequenceNumber: String(offset),
            partitionKey: key,
            data: value,
          }));
          const options = { ...foldingLimits, windowsAtOnce: 4 };
          const { failed } = await aggregate(received, portsOf(process), options);
          return new Set(failed.map(({ record }) => Number(record.sequenceNumber)));
        }),
      { batchSize: 8 },
    ),
  );

  const rollUps = group(
    'roll-up',
    windows,
    (records) =>
      processes.invoke('rollUp', async (process) => {
        const notifications = records
          .filter(({ key }) => key.startsWith(windowsPrefix('minute')))
          .map(({ offset, key }) => ({ messageId: String(offset), key: key as ObjectKey }));
        const rolledUp = await rollUp(notifications, portsOf(process), {
          limits: foldingLimits,
          maxSeconds: 10,
        });
        const again = rolledUp.filter(
          ({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'postponed',
        );
        return new Set(
          again.flatMap((window) => window.notifications.map(({ messageId }) => Number(messageId))),
        );
      }),
    { batchSize: 20 },
  );

  const sightsOf = ofProcess(() => new FirstSights());
  const reEmissionsOf = ofProcess(() => new ReEmissionTimes());
  const verifiers = [batches, ...delayed].map((topic, place) =>
    group(
      'verify',
      topic,
      (records) => processes.invoke('verify', (process) => verifyRecords(records, place, process)),
      { batchSize: 10, delayMilliseconds: delaysMilliseconds[place - 1] ?? verifyAfterMilliseconds },
    ),
  );

  /**
   * Looks at due records. Of those before the first one that must wait, it puts the unfinished ones on the next
   * topic.
   */
  async function verifyRecords(
    records: readonly TopicRecord[],
    place: number,
    process: Process,
  ): Promise<Set<number>> {
    const ports = {
      ...withAdmission(portsOf(process)),
      sights: sightsOf(process),
      reEmissions: reEmissionsOf(process),
    };
    const tickets = records.flatMap((record) => {
      const ticket = ticketOf(record);
      return ticket === undefined ? [] : [{ record, ticket }];
    });
    const notifications = tickets.map(({ record, ticket }) => ({
      messageId: String(record.offset),
      key: ticket.key,
      receiveCount: ticket.attempts + 1,
      firstReceivedAt: new Date(ticket.firstAt),
    }));
    const verified = await verify(notifications, ports, verifyOptions);
    const waiting = verified.filter(({ verdict }) => verdict.kind === 'waiting');
    const unproved = verified.filter((batch) => !isDone(batch, { clock: ports.clock, hasIntents: true }));
    const offsetsOf = (some: typeof verified) =>
      new Set(some.flatMap((batch) => batch.notifications.map(({ messageId }) => Number(messageId))));
    const stay = offsetsOf(waiting);
    const first = Math.min(Infinity, ...stay);
    const again = offsetsOf(unproved);
    const next = delayed[Math.min(place, delayed.length - 1)];
    const moved = tickets.filter(({ record: { offset } }) => again.has(offset) && offset < first);
    for (const { record, ticket } of moved) {
      if (ticket.attempts + 1 < maxAttempts) continue;
      again.delete(record.offset);
      if (!isPoison(ticket.key)) laws.unexpected('verify', `${ticket.key} became a dead letter`);
    }
    const onward = moved
      .filter(({ record }) => again.has(record.offset))
      .map(({ ticket: { key, firstAt, attempts } }) => ({
        key,
        value: Buffer.from(JSON.stringify({ key, firstAt, attempts: attempts + 1 })),
      }));
    if (next !== undefined && onward.length > 0) await next.append(onward, process);
    return stay;
  }

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

  // Poison: intents and batches that nobody can read.
  function poison(): void {
    const key = `batches/poison/k-${scheduler.stepsTaken}` as ObjectKey;
    if (chance.happens(0.5)) {
      batches.place({ key, value: Buffer.from('not an intent') });
      return;
    }
    store.objects.set(key, { body: Buffer.from('not a batch'), etag: key });
    batches.place({ key, value: encodeIntent({ key, isAfterLoss: false }) });
  }

  // Losses of records and the recovery from them: announce all stored batches again, and only then move the groups
  // on.
  let isLosing = false;
  async function lose(): Promise<void> {
    if (isLosing) return;
    isLosing = true;
    const topic = chance.oneOf(batches, insights, late, windows);
    const groups = [summarizer, ...aggregates, rollUps, ...verifiers].filter((each) => each.topic === topic);
    for (const partition of topic.partitions) partition.start = partition.records.length;
    await scheduler.sleep(lossMilliseconds);
    while (!(await announceAgain(topic === windows))) await scheduler.sleep(chance.upTo(1_000));
    for (const each of groups) for (const partition of topic.partitions) each.reset(partition);
    isLosing = false;
  }

  async function announceAgain(hasLostWindows: boolean): Promise<boolean> {
    const done = await processes.invoke('announce', async (process) => {
      const through = store.through(process, operations);
      const [prefix, target] = hasLostWindows ? [windowsPrefix('minute'), windows] : ['batches/', batches];
      const keys: ObjectKey[] = [];
      for await (const key of through.list(prefix)) keys.push(key);
      await target.append(
        keys.map((key) => ({
          key,
          value: hasLostWindows ? encodeAnnouncement(key) : encodeIntent({ key, isAfterLoss: true }),
        })),
        process,
      );
      return true;
    });
    return done === true;
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
        if (isHealed || chance.happens(0.5)) await watch.look();
        return progress.of(customerId);
      },
    };
  };

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

  const all = [summarizer, ...aggregates, rollUps, ...verifiers];
  disturb(plan.stepsPerCrash, () => processes.crashOne());
  disturb(plan.stepsPerSplit, () => chance.oneOf(batches, insights, windows).addPartition());
  disturb(faults.stepsPerRebalance, () => all[chance.upTo(all.length) - 1]?.rebalance());
  disturb(faults.stepsPerLoss, () => void lose());
  disturb(faults.poison === 0 ? Infinity : 20 / faults.poison, poison);
  disturb(20, () => {
    for (const { process, watch } of watches.values()) if (process.isAlive) watch.look().catch(() => {}); // it cannot be read now
  });

  /** Repeats an act until faults end, on average once in this number of steps. */
  function disturb(stepsBetween: number, act: () => void): void {
    if (!Number.isFinite(stepsBetween)) return;
    scheduler.after(chance.upTo(2 * stepsBetween) * 10, 'disturb', () => {
      if (isHealed) return;
      act();
      disturb(stepsBetween, act);
    });
  }

  return {
    brokenLaw: () => laws.broken,
    heal() {
      isHealed = true;
      operations.rates = noFaults;
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
  };
}

interface Ticket {
  readonly key: ObjectKey;
  readonly firstAt: number;
  readonly attempts: number;
}

/** Reads a record of a topic of `verify`, or an intent; `undefined` for one that nobody can read. */
function ticketOf({ value, appendedAt }: TopicRecord): Ticket | undefined {
  const text = value.toString();
  if (!text.startsWith('{')) return undefined;
  const fields = JSON.parse(text) as Partial<Ticket> & { readonly key: ObjectKey };
  return { key: fields.key, firstAt: fields.firstAt ?? appendedAt.getTime(), attempts: fields.attempts ?? 0 };
}

function isPoison(key: ObjectKey): boolean {
  return key.startsWith('batches/poison/');
}
