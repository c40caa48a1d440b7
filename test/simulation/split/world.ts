import { Unavailable } from '../../../lib/errors.ts';
import { groupBy } from '../../../lib/group-by.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { simulatedCustomer } from '../sent-batch.ts';
import { Operations } from '../faults.ts';
import type { Plan, SplitFaults } from '../plan.ts';
import { Processes, type Stage } from '../processes.ts';
import { createDisturb } from '../disturb.ts';
import type { Process, Scheduler } from '../scheduler.ts';
import { SimulatedQueue } from '../simulated-queue.ts';
import { SimulatedSource } from '../simulated-source.ts';
import { SimulatedStore } from '../simulated-store.ts';
import { SimulatedStream } from '../simulated-stream.ts';
import type { World } from '../world.ts';
import { addToPart, ingest, readParts, rollUp, verify, type SplitPorts } from './counting.ts';
import { batchKey, decode, hourOf, minutePrefix, readDocument, tombstoneKey } from './documents.ts';
import type { Partial, Tombstone } from './documents.ts';
import { SplitLaws } from './laws.ts';
import { beginForgetting, expire, forget, moveHorizon } from './removing.ts';

const stages: readonly Stage[] = ['ingest', 'aggregate', 'verify', 'rollUp', 'query', 'forget', 'expire'];
/** Longer than any operation that has begun, with all of its delays. */
const settleMilliseconds = 150_000;
/** Time after which an invocation that its operator has abandoned writes no more tombstones. */
const abandonedMilliseconds = 120_000;
const maxAttempts = 5;

/** Creates a pipeline that counts a customer's minute in several parts: the design, not the code of the product. */
export function createSplitWorld(plan: Plan, faults: SplitFaults, scheduler: Scheduler): World {
  const { chance } = scheduler;
  const laws = new SplitLaws();
  const processes = new Processes(scheduler, plan, laws, stages);
  const operations = new Operations(scheduler, plan, processes);
  const startHour = hourOf(Math.floor(scheduler.time / 60_000));
  const customers = Array.from({ length: plan.customers }, (_, place) => simulatedCustomer(place + 1));
  const phase = { isHealed: false };
  /** The number of parts that new batches are given; other processes may know an earlier one. */
  let currentParts = chance.oneOf(1, 2, 4);

  const store = new SimulatedStore(
    {
      wrote(key, body, before) {
        laws.wrote(key, body, before, store);
        announce(key);
      },
      deleted(key, body) {
        laws.deleted(key, body);
        announce(key);
      },
    },
    async () => undefined,
    () => undefined,
  );
  const source = new SimulatedSource({
    scheduler,
    batchSize: 8,
    async consume(records) {
      if (!phase.isHealed && chance.happens(plan.outages)) await scheduler.sleep(chance.upTo(400_000));
      return processes.invoke('aggregate', async (process) => {
        const failed = new Set<number>();
        for (const group of groupBy(records, ({ partitionKey }) => partitionKey).values()) {
          const [first, ...others] = group.map(
            ({ data }) => JSON.parse(Buffer.from(data).toString()) as Partial,
          );
          if (first === undefined) continue;
          try {
            await addToPart([first, ...others], portsOf(process));
          } catch (error) {
            if (!(error instanceof Unavailable)) throw error;
            for (const { sequence } of group) failed.add(sequence);
          }
        }
        return failed;
      });
    },
  });
  const stream = new SimulatedStream('insights', plan.partitions, {
    scheduler,
    operations,
    clockOf: () => new Date(scheduler.time),
    timesSetBack: () => 0,
    onRecords: (partition) => source.wake(partition),
  });
  const portsOf = (process: Process): SplitPorts => ({
    store: store.through(process, operations),
    stream: stream.through(process),
    now: () => scheduler.time,
  });

  const toVerify = queue('verify', 5_000, 60_000, verify);
  const toRollUp = queue('rollUp', 1_000, 20_000, async (key, ports) => {
    const [, , customer = '', hour] = key.split('/');
    return rollUp(customer, Number(hour), ports);
  });
  function queue(
    stage: Stage,
    delayMilliseconds: number,
    visibilityMilliseconds: number,
    handle: (key: ObjectKey, ports: SplitPorts) => Promise<boolean>,
  ): SimulatedQueue<ObjectKey> {
    const settings = { delayMilliseconds, visibilityMilliseconds, batchSize: 4 };
    return new SimulatedQueue<ObjectKey>(scheduler, settings, (messages) =>
      processes.invoke(stage, async (process) => {
        const again = new Set<string>();
        for (const { messageId, body } of messages) {
          const isDone = await attempted(() => handle(body, portsOf(process)));
          if (isDone !== true) again.add(messageId);
        }
        return again;
      }),
    );
  }
  function announce(key: ObjectKey): void {
    if (key.startsWith('batches/')) toVerify.send(key);
    if (key.startsWith(minutePrefix)) toRollUp.send(key);
  }

  async function client(name: string): Promise<void> {
    for (let number = 0; number < plan.batchesPerClient && !phase.isHealed; number += 1) {
      await scheduler.sleep(chance.upTo(plan.pauseMilliseconds));
      const customer = customers[chance.upTo(customers.length) - 1] ?? '';
      const minutes = new Map<number, number>();
      for (let entry = chance.upTo(4); entry > 0; entry -= 1) {
        const minute = Math.floor(scheduler.time / 60_000) - chance.upTo(plan.minutes) + 1;
        minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
      }
      const sent = { customer, id: `${name}-${number}`, minutes: [...minutes] };
      const sends = chance.happens(0.3) ? 2 : 1;
      for (let send = 0; send < sends; send += 1) await sendUntilAnswered(sent);
    }
  }
  async function sendUntilAnswered(sent: Omit<Parameters<typeof ingest>[0], 'parts'>): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const parts = chance.oneOf(currentParts, currentParts, 1, 2);
      const answer = await processes.invoke('ingest', (process) =>
        attempted(() => ingest({ ...sent, parts }, portsOf(process))),
      );
      if (answer === true) return laws.accepted(batchKey(sent.customer, sent.id), scheduler.time);
      await scheduler.sleep(chance.upTo(plan.pauseMilliseconds));
    }
  }

  async function ask(customer: string, hour: number, mustKnow: boolean): Promise<void> {
    const accepted = laws.acceptedOf(customer);
    const answer = await processes.invoke('query', (process) =>
      attempted(async () => {
        const ports = portsOf(process);
        const through = await operations.run(process, 'consumption of insights', 'read', () =>
          stream.backlogOf(undefined, new Date(scheduler.time)).consumedThrough?.getTime(),
        );
        const parts = await readParts(customer, hour, ports.store);
        const tombstone = await readDocument<Tombstone>(tombstoneKey(customer), ports.store);
        const mayLack = tombstone !== undefined && (through ?? 0) < (tombstone.completedAt ?? Infinity);
        const requests = new Map<number, number>();
        for (const part of parts) requests.set(part.minute, (requests.get(part.minute) ?? 0) + part.requests);
        return { customer, hour, requests, countedThrough: mayLack ? undefined : through };
      }),
    );
    if (answer !== 'nothing') laws.answered(answer, accepted);
    else if (mustKnow) laws.unexpected('a reader', new Error('a question at rest got no answer'));
  }
  async function reader(): Promise<void> {
    while (!phase.isHealed) {
      await scheduler.sleep(chance.upTo(400));
      await ask(
        customers[chance.upTo(customers.length) - 1] ?? '',
        startHour + chance.oneOf(0, 0, -1),
        false,
      );
    }
  }

  async function operator(): Promise<void> {
    await scheduler.sleep(chance.upTo(3_000));
    const customer = customers[chance.upTo(customers.length) - 1] ?? '';
    const isForgotten = () => {
      const object = store.objects.get(tombstoneKey(customer));
      return object !== undefined && decode<Tombstone>(object).completedAt !== undefined;
    };
    let hasBegun = false;
    for (;;) {
      if (!hasBegun) {
        const begun = await processes.invoke('forget', (process) =>
          attempted(() => beginForgetting(customer, portsOf(process))),
        );
        hasBegun = begun !== 'nothing' && begun !== undefined;
      } else {
        await processes.invoke('forget', (process) => attempted(() => forget(customer, portsOf(process))));
        if (phase.isHealed && isForgotten()) {
          await scheduler.sleep(abandonedMilliseconds);
          if (isForgotten()) return;
        }
      }
      await scheduler.sleep(chance.upTo(3_000));
    }
  }
  async function retention(): Promise<void> {
    const minute = startHour * 60;
    const moved = () => store.objects.has('retention/horizon' as ObjectKey);
    await scheduler.sleep(chance.upTo(4_000));
    while (!moved()) {
      await processes.invoke('expire', (process) => attempted(() => moveHorizon(minute, portsOf(process))));
      await scheduler.sleep(chance.upTo(3_000));
    }
    await scheduler.sleep(settleMilliseconds);
    for (;;) {
      const done = await processes.invoke('expire', (process) =>
        attempted(async () => {
          await expire(portsOf(process));
          return true;
        }),
      );
      if (done === true && phase.isHealed) return;
      await scheduler.sleep(chance.upTo(20_000));
    }
  }

  const run = (name: string, work: Promise<void>) =>
    void work.catch((error: unknown) => laws.unexpected(name, error));
  for (let number = 0; number < plan.clients; number += 1) run('a client', client(`c${number}`));
  run('a reader', reader());
  for (let number = 0; number < plan.forgettings; number += 1) run('an operator', operator());
  if (faults.hasHorizon) run('retention', retention());
  const disturb = createDisturb(scheduler, phase);
  disturb(plan.stepsPerCrash, () => processes.crashOne());
  disturb(plan.stepsPerSplit, () => stream.split(chance.upTo(3)));
  disturb(faults.stepsPerChange, () => (currentParts = chance.oneOf(1, 2, 4)));

  return {
    brokenLaw: () => laws.broken,
    heal() {
      phase.isHealed = true;
      operations.heal();
    },
    checkAtRest() {
      if (stream.waiting().length > 0) laws.unexpected('the end', 'records wait at rest');
      if (toVerify.size + toRollUp.size > 0) laws.unexpected('the end', 'messages wait at rest');
      laws.checkAtRest(store);
      for (const customer of customers) {
        run('a reader', ask(customer, startHour, true));
        run('a reader', ask(customer, startHour - 1, true));
      }
    },
  };
}

/** Carries out an act; `'nothing'` if a service is unavailable. */
async function attempted<T>(act: () => Promise<T>): Promise<T | 'nothing'> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Unavailable) return 'nothing';
    throw error;
  }
}
