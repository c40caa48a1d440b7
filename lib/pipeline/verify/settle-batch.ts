import type { BatchHeader } from '../../domain/batch-format.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { judgeBatch } from '../../domain/judge-batch.ts';
import type { Consumption } from '../../domain/judge-batch/consumption.ts';
import type { EmissionLimits } from '../../domain/judge-batch/is-off-stream.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import type { Clock } from '../../ports/clock.ts';
import { forgetBatch } from '../forget/forget-batch.ts';
import { emitAgain, type EmitAgainPorts } from './emit-again.ts';
import type { Uncounted } from './find-uncounted.ts';
import type { FirstSights } from './first-sights.ts';
import type { ReEmissionTimes } from './re-emission-times.ts';
import type { Finding, NotifiedBatch } from './verdict.ts';

export interface SettlePorts extends EmitAgainPorts {
  readonly clock: Clock;
  readonly reEmissions: ReEmissionTimes;
  /** Present where intents precede batches, so that a barrier has to pass before a partial is called lost. */
  readonly sights?: FirstSights | undefined;
}

/** Facts that were read for all batches of a turn. */
export interface TurnFacts {
  /** Progress of the streams, from before the windows were read. */
  readonly consumptionOf: (customerId: CustomerId) => Consumption;
  readonly tombstoneOf: (customerId: CustomerId) => Promise<Tombstone | undefined>;
  readonly uncounted: Uncounted;
}

/** Judges a batch, and does what its state asks for: emits what is lost, and removes what is forgotten. */
export async function settleBatch(
  { key, notifications }: NotifiedBatch,
  header: BatchHeader,
  { consumptionOf, tombstoneOf, uncounted }: TurnFacts,
  ports: SettlePorts,
  limits: EmissionLimits,
): Promise<Finding> {
  const { store, clock, reEmissions, sights } = ports;
  const read = {
    header,
    tombstone: await tombstoneOf(header.customerId),
    uncounted: uncounted.places.get(header) ?? new Set(),
    consumption: consumptionOf(header.customerId),
    emittedAgainAt: reEmissions.at(key),
    receiveCount: Math.max(...notifications.map(({ receiveCount }) => receiveCount)),
    seenAt: sights?.of(key, header, clock.now()),
  };
  const state = judgeBatch(read, clock.now(), limits);
  if (state.kind === 'forgotten') {
    // It was being stored when its customer was forgotten; one that has taken its place since is announced by itself.
    await forgetBatch(key, state.tombstone, store);
    return { kind: 'absent' };
  }
  if (uncounted.failures.has(header)) return { kind: 'failed', error: uncounted.failures.get(header) };
  if (state.kind !== 'lost') return state;

  const partials = await emitAgain(key, state.places, ports);
  if (partials === undefined) return { kind: 'absent' };
  if (partials === 0) return { kind: 'awaiting-redrive' };
  reEmissions.add(key, clock.now());
  return { kind: 'emitted', partials };
}
