import pMap from 'p-map';
import type { BatchHeader } from '../../domain/batch-format.ts';
import { groupBy, type NonEmpty } from '../../domain/group-by.ts';
import { judgeBatch } from '../../domain/judge-batch.ts';
import type { Consumption } from '../../domain/judge-batch/consumption.ts';
import { isLikelyWaiting } from '../../domain/judge-batch/is-likely-waiting.ts';
import type { EmissionLimits } from '../../domain/judge-batch/is-off-stream.ts';
import { isOverdue } from '../../domain/judge-batch/is-overdue.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Retention } from '../expire/retention.ts';
import { forgetBatch } from '../forget/forget-batch.ts';
import { tombstonesReadOnce } from '../forget/read-tombstone.ts';
import { readLongHeader, readShortHeader } from '../ingest/read-stored-batch.ts';
import { readConsumption } from './consumption.ts';
import { emitAgain, type EmitAgainPorts } from './emit-again.ts';
import { findUncounted, type Uncounted } from './find-uncounted.ts';
import type { ReEmissionTimes } from './re-emission-times.ts';
import { turnsOf } from './turns-of.ts';

/** Nothing is emitted for a customer that has too much waiting. */
export interface VerifyPorts extends EmitAgainPorts {
  readonly clock: Clock;
  /** Without it no window expires. */
  readonly retention?: Retention;
  readonly reEmissions: ReEmissionTimes;
}

export interface VerifyOptions extends EmissionLimits {
  /** Age from which a batch that is not proved to be counted is overdue: somebody should find out why. */
  readonly overdueSeconds: number;
  /** Batches that are not begun by then have to wait for the next invocation, so that each ends and makes headway. */
  readonly maxSeconds: number;
}

/** Word that a batch was stored. */
export interface StoredNotification {
  readonly messageId: string;
  readonly key: ObjectKey;
  /** 1 when the message comes for the first time. */
  readonly receiveCount: number;
  readonly firstReceivedAt: Date;
}

/** A batch with its notifications. */
interface NotifiedBatch {
  readonly key: ObjectKey;
  /** Several where the word came several times. */
  readonly notifications: NonEmpty<StoredNotification>;
}

export interface VerifiedBatch extends NotifiedBatch {
  readonly verdict: Verdict;
}

/** Result of a look at a batch. */
export type Verdict =
  | { readonly kind: 'counted' }
  /** There is no such batch: its write failed, it has expired, or its customer was forgotten since. */
  | { readonly kind: 'absent' }
  /** The aggregator is behind, or there was no time to look; the message has to come back. */
  | { readonly kind: 'waiting'; readonly isOverdue: boolean }
  /**
   * All that is not counted is kept as failed records, and emitted by nothing but a redrive; the message has to come back,
   * until they are seen in their windows.
   */
  | { readonly kind: 'awaiting-redrive'; readonly isOverdue: boolean }
  /** Number of partials emitted again; the message has to come back until their windows have them. */
  | { readonly kind: 'emitted'; readonly partials: number; readonly isOverdue: boolean }
  /** The look or the emission failed; the message has to come back. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly isOverdue: boolean };

const batchesInFlight = 16;
/** Number of windows that are read even for a batch that is likely to wait. */
const partialsWorthALook = 1_000;

/**
 * Checks whether stored batches are counted, and emits the partials that are not. It examines the end state, the windows,
 * so it does not matter what went wrong on the way there.
 *
 * A partial is emitted again only where it does not wait on its stream any more (see `isOffStream`); until then the
 * aggregator is merely behind. It is safe to look at one batch several times at once, and to be killed anywhere: a
 * partial that is emitted once too often is dropped.
 *
 * It finishes what it begins, however long that takes, and the largest batches come last, each by itself: so every
 * invocation proves some batches, even where a batch is in a week of windows.
 */
export async function verify(
  notifications: readonly StoredNotification[],
  ports: VerifyPorts,
  options: VerifyOptions,
): Promise<VerifiedBatch[]> {
  const { store, streams, clock, retention, reEmissions } = ports;
  const deadline = clock.now().getTime() + options.maxSeconds * 1_000;
  const verified: VerifiedBatch[] = [];
  const tell = (batch: NotifiedBatch, verdict: Verdict) => void verified.push({ ...batch, verdict });
  const overdue = ({ notifications }: NotifiedBatch, storedAt?: Date) => {
    const firstLooks = notifications.map(({ firstReceivedAt }) => firstReceivedAt);
    return { isOverdue: isOverdue(storedAt, firstLooks, clock.now(), options.overdueSeconds) };
  };

  /** Reports batches that are absent or cannot be read, and returns what it read of the others. */
  const readAll = async <T>(
    batches: readonly NotifiedBatch[],
    read: (batch: NotifiedBatch) => Promise<T | undefined>,
  ): Promise<Map<NotifiedBatch, T>> => {
    const found = new Map<NotifiedBatch, T>();
    await pMap(
      batches,
      async (batch) => {
        try {
          const header = await read(batch);
          if (header === undefined) tell(batch, { kind: 'absent' });
          else found.set(batch, header);
        } catch (error) {
          tell(batch, { kind: 'failed', error, ...overdue(batch) });
        }
      },
      { concurrency: batchesInFlight },
    );
    return found;
  };
  const batches = Array.from(
    groupBy(notifications, ({ key }) => key),
    ([key, its]) => ({ key, notifications: its }),
  );
  const beginnings = await readAll(batches, ({ key }) => readShortHeader(key, store));

  const consumption = await readConsumption(streams);
  const tombstoneOf = tombstonesReadOnce(store);
  const look = async (
    batch: NotifiedBatch,
    header: BatchHeader,
    uncounted: Uncounted,
    consumed: Consumption,
  ): Promise<Verdict> => {
    const { key } = batch;
    const tombstone = await tombstoneOf(header.customerId);
    const read = {
      header,
      tombstone,
      uncounted: uncounted.places.get(header) ?? new Set(),
      consumption: consumed,
      emittedAgainAt: reEmissions.at(key),
      receiveCount: Math.max(...batch.notifications.map(({ receiveCount }) => receiveCount)),
    };
    const state = judgeBatch(read, clock.now(), options);
    if (state.kind !== 'forgotten' && uncounted.failures.has(header)) throw uncounted.failures.get(header);
    switch (state.kind) {
      case 'forgotten':
        // It was being stored when its customer was forgotten; one that has taken its place since is announced by itself.
        await forgetBatch(key, state.tombstone, store);
        return { kind: 'absent' };
      case 'counted':
        return { kind: 'counted' };
      case 'waiting':
        return { kind: 'waiting', ...overdue(batch, header.storedAt) };
      case 'lost': {
        const partials = await emitAgain(key, state.places, ports);
        if (partials === undefined) return { kind: 'absent' };
        if (partials === 0) return { kind: 'awaiting-redrive', ...overdue(batch, header.storedAt) };
        reEmissions.add(key, clock.now());
        return { kind: 'emitted', partials, ...overdue(batch, header.storedAt) };
      }
    }
  };

  for (const [turn, group] of turnsOf(beginnings).entries()) {
    if (turn > 0 && clock.now().getTime() > deadline) {
      for (const [batch, header] of group) {
        const storedAt = header === 'long' ? undefined : header.storedAt;
        tell(batch, { kind: 'waiting', ...overdue(batch, storedAt) });
      }
      continue;
    }
    const headers = await readAll([...group.keys()], async (batch) => {
      const header = group.get(batch);
      return header === 'long' ? readLongHeader(batch.key, store) : header;
    });
    // Before the windows are read: what does not wait by now is in them.
    const consumed = await consumption([...headers.values()].map(({ customerId }) => customerId));
    for (const [batch, header] of headers) {
      if (header.partials.length <= partialsWorthALook) continue;
      if (!isLikelyWaiting(header, consumed(header.customerId), clock.now(), options.marginSeconds)) continue;
      headers.delete(batch);
      tell(batch, { kind: 'waiting', ...overdue(batch, header.storedAt) });
    }
    const uncounted = await findUncounted([...headers.values()], store, retention);
    await pMap(
      headers,
      async ([batch, header]) => {
        const its = consumed(header.customerId);
        const verdict = await look(batch, header, uncounted, its).catch((error: unknown): Verdict => {
          return { kind: 'failed', error, ...overdue(batch, header.storedAt) };
        });
        tell(batch, verdict);
      },
      { concurrency: batchesInFlight },
    );
  }
  return verified;
}
