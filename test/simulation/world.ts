import type { ObjectKey } from '../../lib/domain/keys.ts';
import { aggregate } from '../../lib/pipeline/aggregate.ts';
import type { Streams } from '../../lib/pipeline/streams.ts';
import { rollUp } from '../../lib/pipeline/roll-up.ts';
import { verify } from '../../lib/pipeline/verify.ts';
import { startClients } from './clients.ts';
import { Operations, noFaults } from './faults.ts';
import { Laws } from './laws.ts';
import type { Plan } from './plan.ts';
import { Processes } from './processes.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { SimulatedQueue } from './simulated-queue.ts';
import { SimulatedSource } from './simulated-source.ts';
import { SimulatedStore } from './simulated-store.ts';
import { SimulatedStream } from './simulated-stream.ts';

/** A pipeline with its clients, all of which a scheduler drives. */
export interface World {
  brokenLaw(): string | undefined;
  /** From now on nothing goes wrong, and clients begin nothing new. */
  heal(): void;
  /** To be called when there is nothing left to do. */
  checkAtRest(): void;
}

/** What a process gives to the pipeline's functions. */
export interface ProcessPorts {
  readonly store: ReturnType<SimulatedStore['through']>;
  readonly streams: Streams;
  readonly clock: { now(): Date };
}

const limits = { maxKeysPerDimension: 10_000, maxKeyTextBytes: 1_048_576 };
const verifyOptions = {
  marginSeconds: 5,
  lookAgainSeconds: 60,
  overdueSeconds: 900,
  maxBacklogRecords: 1_000_000,
  maxSeconds: 15,
};
const clockJumpMilliseconds = 2 * 3_600_000;

export function createWorld(plan: Plan, scheduler: Scheduler): World {
  const { chance } = scheduler;
  const laws = new Laws();
  const processes = new Processes(scheduler, plan.processesPerStage, laws);
  const operations = new Operations(scheduler, plan.rates, (process) => processes.killLater(process));
  let clockError = 0;
  const clockOf = (process: Process) => new Date(scheduler.time + clockError + process.clockError);

  const portsOf = (process: Process): ProcessPorts => ({
    store: store.through(process, operations),
    streams: { insights: insights.through(process), late: late.through(process) },
    clock: { now: () => clockOf(process) },
  });

  const counting = new SimulatedSource({
    scheduler,
    batchSize: 8,
    consume: (records, partition) =>
      processes.invoke('aggregate', async (process) => {
        const received = records.map(({ sequence, partitionKey, data }) => ({
          stream: 'stream',
          partition: String(partition.number),
          sequenceNumber: String(sequence),
          partitionKey,
          data: Buffer.from(data),
        }));
        const { failed } = await aggregate(received, portsOf(process), { ...limits, windowsAtOnce: 4 });
        return new Set(failed.map(({ record }) => Number(record.sequenceNumber)));
      }),
  });
  const around = {
    scheduler,
    operations,
    clockOf,
    onRecords: (partition: Parameters<SimulatedSource['wake']>[0]) => counting.wake(partition),
  };
  const insights = new SimulatedStream('insights', plan.partitions, around);
  const late = new SimulatedStream('late', 1, around);

  const toVerify = new SimulatedQueue<ObjectKey>(
    scheduler,
    { delayMilliseconds: 5_000, visibilityMilliseconds: 60_000, batchSize: 10 },
    (messages) =>
      processes.invoke('verify', async (process) => {
        const notices = messages.map(({ body, ...message }) => ({ ...message, key: body }));
        const verified = await verify(notices, portsOf(process), verifyOptions);
        const again = verified.filter(
          ({ verdict }) => verdict.kind !== 'counted' && verdict.kind !== 'absent',
        );
        return new Set(again.flatMap((batch) => batch.notices.map(({ messageId }) => messageId)));
      }),
  );
  const toRollUp = new SimulatedQueue<ObjectKey>(
    scheduler,
    { delayMilliseconds: 1_000, visibilityMilliseconds: 20_000, batchSize: 20 },
    (messages) =>
      processes.invoke('rollUp', async (process) => {
        const notices = messages.map(({ messageId, body }) => ({ messageId, key: body }));
        const rolledUp = await rollUp(notices, portsOf(process), { limits, maxSeconds: 10 });
        const again = rolledUp.filter(
          ({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'postponed',
        );
        return new Set(again.flatMap((window) => window.notices.map(({ messageId }) => messageId)));
      }),
  );

  /** A write and its notification are one act; the notification may come twice. */
  const store = new SimulatedStore((key, body, before) => {
    laws.wrote(key, body, before);
    const queue = key.startsWith('batches/')
      ? toVerify
      : key.startsWith('aggregates/minute/')
        ? toRollUp
        : undefined;
    queue?.send(key);
    if (chance.happens(0.02)) queue?.send(key);
  });

  const clients = startClients(plan, { scheduler, processes, portsOf, laws, store });
  const disturbances = [
    disturb(plan.stepsPerCrash, () => processes.crashOne()),
    disturb(plan.stepsPerClockJump, () => {
      clockError = chance.oneOf(0, clockJumpMilliseconds, -clockJumpMilliseconds);
    }),
    disturb(plan.stepsPerSplit, () => insights.split(chance.upTo(3))),
  ];

  /** Does something once in about so many steps of the average length, until it is healed. */
  function disturb(stepsBetween: number, act: () => void): { isOver: boolean } {
    const state = { isOver: !Number.isFinite(stepsBetween) };
    const again = () => {
      if (state.isOver) return;
      scheduler.after(chance.upTo(2 * stepsBetween) * 10, 'disturb', () => {
        if (state.isOver) return;
        act();
        again();
      });
    };
    again();
    return state;
  }

  return {
    brokenLaw: () => laws.broken,
    heal() {
      operations.rates = noFaults;
      clients.stop();
      for (const disturbance of disturbances) disturbance.isOver = true;
    },
    checkAtRest() {
      if (insights.waiting().length + late.waiting().length > 0)
        laws.unexpected('the end', 'records wait at rest');
      if (toVerify.size + toRollUp.size > 0) laws.unexpected('the end', 'messages wait at rest');
      laws.checkAtRest(store);
    },
  };
}
