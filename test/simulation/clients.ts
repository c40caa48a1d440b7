import { IdempotencyKeyReused, InvalidRequest, Unavailable } from '../../lib/errors.ts';
import { findBatch } from '../../lib/pipeline/query/find-batch.ts';
import { acceptBatch } from '../../lib/pipeline/ingest/accept-batch.ts';
import type { EmittedBatches } from '../../lib/pipeline/ingest/emitted-batches.ts';
import { withHash } from '../../lib/pipeline/ingest/read-batch.ts';
import { withAdmission } from '../pipeline/with-admission.ts';
import { simulatedRules } from './laws/expected-window.ts';
import type { Laws } from './laws/laws.ts';
import type { Plan } from './plan.ts';
import type { Processes } from './processes.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { someBatch, type SentBatch } from './sent-batch.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { ProcessPorts } from './process-ports.ts';

export interface ClientSurroundings {
  readonly scheduler: Scheduler;
  readonly processes: Processes;
  readonly portsOf: (process: Process) => ProcessPorts;
  readonly emittedBatchesOf: (process: Process) => EmittedBatches;
  readonly laws: Laws;
  readonly store: SimulatedStore;
  readonly pauseMilliseconds: number;
}

const bounds = { allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
const maxAttempts = 6;

/** Starts clients that send batches, and repeat all unanswered and some answered ones. */
export function startClients(plan: Plan, around: ClientSurroundings): { stop(): void } {
  const { scheduler, laws } = around;
  const { chance } = scheduler;
  const stopping = new AbortController();

  const run = async (client: number): Promise<void> => {
    for (let number = 0; number < plan.batchesPerClient && !stopping.signal.aborted; number += 1) {
      await scheduler.sleep(chance.upTo(plan.pauseMilliseconds));
      const key = `c${client}-${number}`;
      const batchPlan = { ...plan, now: scheduler.time };
      const batch = someBatch(key, chance, batchPlan);
      laws.sends(batch);
      await sendUntilAnswered(batch, around);
      if (chance.happens(0.1)) {
        const another = someBatch(key, chance, batchPlan);
        laws.sends(another);
        await sendUntilAnswered(another, around);
      }
      if (chance.happens(0.3)) await sendUntilAnswered(batch, around);
      if (chance.happens(0.5)) await askFor(batch, around);
    }
  };
  for (let client = 0; client < plan.clients; client += 1) {
    run(client).catch((error: unknown) => laws.unexpected(`client ${client}`, error));
  }
  return { stop: () => stopping.abort() };
}

async function sendUntilAnswered(batch: SentBatch, around: ClientSurroundings): Promise<void> {
  const { scheduler } = around;
  for (let attempt = 1; attempt <= scheduler.chance.upTo(maxAttempts); attempt += 1) {
    if ((await send(batch, around)) !== 'nothing') return;
    await scheduler.sleep(scheduler.chance.upTo(around.pauseMilliseconds));
  }
}

async function send(
  batch: SentBatch,
  { scheduler, processes, portsOf, emittedBatchesOf, laws }: ClientSurroundings,
) {
  const rules = simulatedRules[scheduler.chance.upTo(simulatedRules.length) - 1];
  if (rules === undefined) throw new Error('There are rules.');
  const { customerId, body } = batch;
  const invalid = scheduler.chance.oneOf('set-aside', 'set-aside', 'reject');
  const mayBeRejected = invalid === 'reject' && batch.invalid > 0;
  const tombstone = laws.tombstoneOf(customerId);
  const answer = await processes.invoke('ingest', async (process) => {
    try {
      const id = batch.hasKey ? batch.id : undefined;
      const sent = {
        customerId,
        id,
        mediaType: 'application/json',
        contentEncoding: '',
        invalid,
        body,
      } as const;
      const ports = portsOf(process);
      const itsPorts = { ...withAdmission(ports), emittedBatches: emittedBatchesOf(process) };
      await acceptBatch(withHash(sent, body), itsPorts, { ...bounds, rules });
      return 'accepted';
    } catch (error) {
      if (error instanceof Unavailable) return 'nothing';
      if (error instanceof IdempotencyKeyReused) return 'reused';
      if (error instanceof InvalidRequest) return mayBeRejected ? 'invalid' : 'too old';
      throw error;
    }
  });
  if (answer === 'accepted') laws.accepted(batch, tombstone);
  if (answer === 'reused') laws.refusedAsReused(batch);
  if (answer === 'too old') laws.refusedAsTooOld(batch);
  if (answer === 'invalid') laws.refusedAsInvalid(batch);
  return answer;
}

async function askFor(
  batch: SentBatch,
  { processes, portsOf, laws, store }: ClientSurroundings,
): Promise<void> {
  const tombstone = laws.tombstoneOf(batch.customerId);
  await processes.invoke('query', async (process) => {
    const { store: itsStore, retention } = portsOf(process);
    try {
      const found = await findBatch(batch.customerId, batch.id.text, itsStore, retention);
      if (found?.isCounted === true) laws.toldCounted(found.header, tombstone, store);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  });
}
