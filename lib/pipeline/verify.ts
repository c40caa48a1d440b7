import pMap from 'p-map';
import type { BatchHeader } from '../domain/batch-format.ts';
import type { ObjectKey } from '../domain/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { emit, streamOf } from './emit.ts';
import { findUncounted } from './find-uncounted.ts';
import { readBatchHeader, readStoredBatch } from './read-stored-batch.ts';
import { requireRoom } from './require-room.ts';
import type { Streams } from './streams.ts';

export interface VerifyPorts {
  readonly store: ObjectStore;
  readonly streams: Streams;
  readonly clock: Clock;
}

export interface VerifyOptions {
  /** How long after a batch was stored its emission may still be under way, and by how much clocks may differ. */
  readonly marginSeconds: number;
  /** After how long a message that was reported as failed comes back: at least twice what an invocation may take. */
  readonly lookAgainSeconds: number;
  /** A batch that is not proved to be counted after so long is overdue. */
  readonly overdueSeconds: number;
  /** Nothing is emitted while a stream has more than this to consume. */
  readonly maxBacklogRecords: number;
}

/** Word that a batch was stored. */
export interface StoredNotice {
  readonly messageId: string;
  readonly key: ObjectKey;
  /** 1 when the message comes for the first time. */
  readonly receiveCount: number;
}

/** What a look at a batch found. */
export type Verdict =
  | { readonly kind: 'counted' }
  /** There is no such batch: its write failed, or it has expired. */
  | { readonly kind: 'absent' }
  /** The aggregator is behind; the message has to come back. */
  | { readonly kind: 'waiting'; readonly isOverdue: boolean }
  /** So many of its partials were emitted again; the message has to come back, until they are seen in their windows. */
  | { readonly kind: 'emitted'; readonly partials: number; readonly isOverdue: boolean }
  /** It could not be looked at, or not be emitted; the message has to come back. */
  | { readonly kind: 'failed'; readonly error: unknown };

const batchesInFlight = 16;

/**
 * Looks whether stored batches are counted, and emits what is not. What is looked at is the end state, the windows: so
 * it does not matter what went wrong on the way there.
 *
 * A partial is emitted again only when its stream was consumed past the last emission that there may have been; until
 * then the aggregator is merely behind. It is safe to look at one batch several times at once, and to be killed anywhere:
 * a partial that is emitted once too often is dropped.
 */
export async function verify(
  notices: readonly StoredNotice[],
  ports: VerifyPorts,
  options: VerifyOptions,
): Promise<ReadonlyMap<StoredNotice, Verdict>> {
  const verdicts = new Map<StoredNotice, Verdict>();
  const headers = new Map<StoredNotice, BatchHeader>();
  await pMap(
    notices,
    async (notice) => {
      try {
        const header = await readBatchHeader(notice.key, ports.store);
        if (header === undefined) verdicts.set(notice, { kind: 'absent' });
        else headers.set(notice, header);
      } catch (error) {
        verdicts.set(notice, { kind: 'failed', error });
      }
    },
    { concurrency: batchesInFlight },
  );

  // Asked before the windows are read: what is consumed by now is in the windows that are read after.
  const consumed = {
    insights: await ports.streams.insights.consumedThrough(),
    late: await ports.streams.late.consumedThrough(),
  };
  const uncounted = await findUncounted([...headers.values()], ports.store);
  const look = async ([notice, header]: [StoredNotice, BatchHeader]): Promise<Verdict> => {
    if (uncounted.failures.has(header)) return { kind: 'failed', error: uncounted.failures.get(header) };
    const places = uncounted.places.get(header);
    if (places === undefined) return { kind: 'counted' };

    const now = ports.clock.now();
    const isOverdue = now.getTime() - header.storedAt.getTime() > options.overdueSeconds * 1_000;
    const lastEmission = lastPossibleEmission(notice, header, now, options);
    const isLost = (place: number) => {
      const partial = header.partials[place];
      const through = partial && consumed[streamOf(partial)];
      return through !== undefined && through.getTime() > lastEmission;
    };
    const lost = new Set([...places].filter(isLost));
    if (lost.size === 0) return { kind: 'waiting', isOverdue };
    const isThere = await emitAgain(notice.key, lost, ports, options);
    return isThere ? { kind: 'emitted', partials: lost.size, isOverdue } : { kind: 'absent' };
  };
  await pMap(
    headers,
    async (looked) => {
      const verdict = await look(looked).catch((error: unknown): Verdict => ({ kind: 'failed', error }));
      verdicts.set(looked[0], verdict);
    },
    { concurrency: batchesInFlight },
  );
  return verdicts;
}

/**
 * Until when, in milliseconds since 1970, somebody may have emitted the batch: `ingest` soon after it was stored or, where
 * the message has come before, the invocation that had it then. That one began at least a time-out ago, and took at most
 * half of one.
 */
function lastPossibleEmission(
  { receiveCount }: StoredNotice,
  { storedAt }: BatchHeader,
  now: Date,
  { marginSeconds, lookAgainSeconds }: VerifyOptions,
): number {
  const byIngest = storedAt.getTime() + marginSeconds * 1_000;
  if (receiveCount <= 1) return byIngest;
  return Math.max(byIngest, now.getTime() - (lookAgainSeconds / 2) * 1_000);
}

/** False where there is no batch any more: it expired while it was being looked at. */
async function emitAgain(
  key: ObjectKey,
  places: ReadonlySet<number>,
  { store, streams }: VerifyPorts,
  { maxBacklogRecords }: VerifyOptions,
): Promise<boolean> {
  const batch = await readStoredBatch(key, store);
  if (batch === undefined) return false;
  const partials = batch.partials.filter((_partial, place) => places.has(place));
  await requireRoom(partials, streams, maxBacklogRecords);
  await emit(batch.customerId, partials, streams);
  return true;
}
