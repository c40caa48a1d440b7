import { horizonKeys, type ObjectKey } from '../../lib/domain/keys.ts';
import { aggregate } from '../../lib/pipeline/aggregate/aggregate.ts';
import { createRetention } from '../../lib/pipeline/expire/retention.ts';
import { rollUp } from '../../lib/pipeline/roll-up/roll-up.ts';
import { verify } from '../../lib/pipeline/verify/verify.ts';
import { createCountingProgress } from '../../lib/pipeline/query/counting-progress.ts';
import { ReEmissionTimes } from '../../lib/pipeline/verify/re-emission-times.ts';
import { EmittedBatches } from '../../lib/pipeline/ingest/emitted-batches.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { createLogger } from '../../lib/logger.ts';
import { AnnouncedMinutes } from '../../local-store/roll-ups/announced-minutes.ts';
import { WatchedClock } from '../../local-store/watched-clock.ts';
import { withAdmission } from '../pipeline/with-admission.ts';
import { startClients } from './clients.ts';
import { startIndexing } from './customer-readers.ts';
import { settledHorizon, startExpirers } from './expirers.ts';
import { startForgetters } from './forgetters.ts';
import { startReaders } from './readers.ts';
import { startRecounters } from './recounters.ts';
import { Operations } from './faults.ts';
import { Laws } from './laws/laws.ts';
import type { Plan } from './plan.ts';
import { foldingLimits } from '../factories.ts';
import { ofProcess } from './of-process.ts';
import type { ProcessPorts } from './process-ports.ts';
import { Processes } from './processes.ts';
import { createDisturb } from './disturb.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { SimulatedIntents } from './simulated-intents.ts';
import { SimulatedQueue } from './simulated-queue.ts';
import { SimulatedSource } from './simulated-source.ts';
import { SimulatedStore } from './simulated-store.ts';
import { SimulatedStream } from './simulated-stream.ts';

/** A pipeline with its clients, driven by a scheduler. */
export interface World {
  brokenLaw(): string | undefined;
  /** Ends all faults, and lets clients start nothing new. */
  heal(): void;
  /** Checks the laws at rest, and starts the last reads. Call it when there is nothing left to do. */
  checkAtRest(): void;
  /** Begins to recount everything, where this history has recounts. Call it at rest. */
  recountAtRest?(): boolean;
}

const verifyOptions = {
  marginSeconds: 5,
  lookAgainSeconds: 60,
  onlyEmitterSince: undefined,
  overdueSeconds: 900,
  maxBacklogRecords: 1_000_000,
  maxSeconds: 15,
};
const silent = createLogger({ level: 'error', clock: { now: () => new Date(0) }, write: () => {} });
const outageMilliseconds = 3_600_000;
const clockJumpMilliseconds = 2 * 3_600_000;

export function createWorld(plan: Plan, scheduler: Scheduler): World {
  const { chance } = scheduler;
  const laws = new Laws(() => now());
  const processes = new Processes(scheduler, plan, laws);
  const operations = new Operations(scheduler, plan, processes);
  let clockError = 0;
  const watched = new WatchedClock({ now: () => new Date(scheduler.time + clockError) });
  const now = () => watched.now();
  const clockOf = (process: Process) => new Date(now().getTime() + process.clockError);
  const reEmissionsOf = ofProcess(() => new ReEmissionTimes());
  const emittedBatchesOf = ofProcess(() => new EmittedBatches());
  const retentionOf = ofProcess((process) =>
    createRetention(store.through(process, operations), { now: () => clockOf(process) }),
  );

  const portsOf = (process: Process): ProcessPorts => ({
    retention: retentionOf(process),
    store: store.through(process, operations),
    versions: store.versionsThrough(process, operations),
    streams: { insights: insights.through(process), late: late.through(process) },
    clock: { now: () => clockOf(process) },
  });

  const counting = new SimulatedSource({
    scheduler,
    batchSize: 8,
    consume: async (records, partition) => {
      if (chance.happens(plan.outages)) await scheduler.sleep(chance.upTo(outageMilliseconds));
      return processes.invoke('aggregate', async (process) => {
        const received = records.map(({ sequence, partitionKey, data }) => ({
          stream: 'stream',
          partition: String(partition.number),
          sequenceNumber: String(sequence),
          partitionKey,
          data: Buffer.from(data),
        }));
        const { failed } = await aggregate(received, portsOf(process), {
          ...foldingLimits,
          windowsAtOnce: 4,
        });
        return new Set(failed.map(({ record }) => Number(record.sequenceNumber)));
      });
    },
  });
  const around = {
    scheduler,
    operations,
    clockOf,
    timesSetBack: () => watched.timesSetBack,
    onRecords: (partition: Parameters<SimulatedSource['wake']>[0]) => counting.wake(partition),
  };
  const insights = new SimulatedStream('insights', plan.partitions, around);
  const late = new SimulatedStream('late', 1, around);

  const toVerify = new SimulatedQueue<ObjectKey>(
    scheduler,
    { delayMilliseconds: 5_000, visibilityMilliseconds: 60_000, batchSize: 10 },
    (messages) =>
      processes.invoke('verify', async (process) => {
        const notifications = messages.map(({ body, ...message }) => ({ ...message, key: body }));
        const verified = await verify(
          notifications,
          { ...withAdmission(portsOf(process)), reEmissions: reEmissionsOf(process) },
          verifyOptions,
        );
        const again = verified.filter(
          ({ verdict }) => verdict.kind !== 'counted' && verdict.kind !== 'absent',
        );
        return new Set(again.flatMap((batch) => batch.notifications.map(({ messageId }) => messageId)));
      }),
  );
  const toRollUp = new SimulatedQueue<ObjectKey>(
    scheduler,
    { delayMilliseconds: 1_000, visibilityMilliseconds: 20_000, batchSize: 20 },
    (messages) =>
      processes.invoke('rollUp', async (process) => {
        const notifications = messages.map(({ messageId, body }) => ({ messageId, key: body }));
        const rolledUp = await rollUp(notifications, portsOf(process), {
          limits: foldingLimits,
          maxSeconds: 10,
        });
        const again = rolledUp.filter(
          ({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'postponed',
        );
        return new Set(again.flatMap((window) => window.notifications.map(({ messageId }) => messageId)));
      }),
    (messageId) => announced.remove(messageId),
  );

  /**
   * On a laptop, the message of a batch is sent after its creation, and the message of a minute is held before its
   * write. In other forms the store does message and write in one act.
   */
  const store = new SimulatedStore(
    {
      wrote(key, body, before) {
        laws.wrote(key, body, before);
        const queue = queueOf(key);
        if (!plan.isLaptop) queue?.send(key);
        if (chance.happens(0.02)) queue?.send(key);
      },
      deleted(key, body) {
        laws.deleted(key, body);
        intents.deleted(key);
      },
    },
    async (key, process) => {
      const queue = plan.isLaptop ? queueOf(key) : undefined;
      if (queue === undefined) return undefined;
      const barrier = queue === toRollUp ? await announced.noteBarrier(key) : undefined;
      return operations.run(process, `announce ${key}`, 'read', () => {
        const message = queue.hold(key);
        if (queue === toRollUp) announced.add(message.id, key, barrier);
        // A write that a dead process had begun has taken effect by now, or never will.
        const forget = processes.onDeath(process, () => message.release());
        return {
          id: message.id,
          release: () => (forget(), message.release()),
          withdraw: () => (forget(), message.withdraw()),
        };
      });
    },
    (key, object, process) =>
      plan.isLaptop && queueOf(key) === toVerify ? intents.create(key, object, process) : undefined,
  );
  const intents = new SimulatedIntents({
    scheduler,
    operations,
    processes,
    objects: store.objects,
    place: (key, object) => store.place(key, object),
    send: (key) => toVerify.send(key),
  });

  function queueOf(key: ObjectKey): SimulatedQueue<ObjectKey> | undefined {
    if (key.startsWith('batches/')) return toVerify;
    return key.startsWith('aggregates/minute/') ? toRollUp : undefined;
  }

  /** Announced minutes, which the process keeps in memory: each restart loses them and rebuilds them from the queue. */
  let announced = announcedMinutes();
  function announcedMinutes(): AnnouncedMinutes {
    const minutes = new AnnouncedMinutes({
      countedThrough: async (customerId) =>
        customerId === undefined ? undefined : countedThrough(customerId),
      oldestWrittenAt: () => undefined,
      clock: watched,
      timers: { elapsed: () => scheduler.time },
    });
    for (const { id, body } of toRollUp.messages()) minutes.add(id, body, undefined);
    return minutes;
  }

  function countedThrough(customerId: CustomerId): Date | undefined {
    const [ofInsights, ofLate] = [insights, late].map(
      (stream) => stream.backlogOf(customerId, now()).consumedThrough,
    );
    if (ofInsights === undefined || ofLate === undefined) return undefined;
    return ofInsights < ofLate ? ofInsights : ofLate;
  }

  const progressOf = (process: Process) =>
    createCountingProgress({
      streams: portsOf(process).streams,
      rollUps: { of: (...args) => announced.of(...args), oldestWrittenAt: async () => undefined },
      failedRecords: { mayHave: async () => false },
      logger: silent,
    });

  if (plan.retentionDays !== undefined)
    store.begin(horizonKeys.windows, settledHorizon(plan.retentionDays, new Date(scheduler.time)));
  const clients = startClients(plan, {
    scheduler,
    processes,
    portsOf,
    emittedBatchesOf,
    laws,
    store,
    pauseMilliseconds: plan.pauseMilliseconds,
  });
  const readers = startReaders(plan, { scheduler, processes, portsOf, progressOf, laws });
  startIndexing({ scheduler, processes, portsOf, progressOf, laws });
  startForgetters(plan, { scheduler, processes, portsOf, laws });
  startExpirers(plan, { scheduler, processes, portsOf, laws });
  const recounters = startRecounters(plan, { scheduler, processes, portsOf, laws, store });
  const phase = { isHealed: false };
  const disturb = createDisturb(scheduler, phase);
  disturb(plan.stepsPerCrash, () => processes.crashOne());
  disturb(plan.stepsPerClockJump, () => {
    clockError = chance.oneOf(0, clockJumpMilliseconds, -clockJumpMilliseconds);
  });
  disturb(plan.stepsPerSplit, () => insights.split(chance.upTo(3)));
  disturb(plan.stepsPerRestart, () => {
    intents.cutPower();
    processes.crashAll();
    announced = announcedMinutes();
  });

  return {
    brokenLaw: () => laws.broken,
    heal() {
      clockError = 0;
      operations.heal();
      clients.stop();
      readers.stop();
      phase.isHealed = true;
    },
    checkAtRest() {
      if (insights.waiting().length + late.waiting().length > 0)
        laws.unexpected('the end', 'records wait at rest');
      if (toVerify.size + toRollUp.size > 0) laws.unexpected('the end', 'messages wait at rest');
      laws.checkAtRest(store);
      readers.askAtRest();
    },
    recountAtRest: () => recounters.recountAtRest(),
  };
}
