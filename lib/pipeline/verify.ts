import pMap from 'p-map';
import type { BatchHeader } from '../domain/batch-format.ts';
import { groupBy, type NonEmpty } from '../domain/group-by.ts';
import type { ObjectKey } from '../domain/keys.ts';
import { decodePartial } from '../domain/partial.ts';
import type { EncodedPartial } from '../domain/summarise.ts';
import { UnreadableFormat } from '../errors.ts';
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
  /** A batch that is not proved to be counted after so long is overdue: somebody should look why. */
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

/** A batch of which there was word. */
interface NoticedBatch {
  readonly key: ObjectKey;
  /** Several where the word came several times. */
  readonly notices: NonEmpty<StoredNotice>;
}

export interface VerifiedBatch extends NoticedBatch {
  readonly verdict: Verdict;
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
  | { readonly kind: 'failed'; readonly error: unknown; readonly isOverdue: boolean };

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
): Promise<VerifiedBatch[]> {
  const verified: VerifiedBatch[] = [];
  const headers = new Map<NoticedBatch, BatchHeader>();
  const tell = (batch: NoticedBatch, verdict: Verdict) => void verified.push({ ...batch, verdict });
  const failed = (error: unknown, batch: NoticedBatch, storedAt?: Date): Verdict => {
    return { kind: 'failed', error, isOverdue: isOverdue(batch, storedAt, ports.clock.now(), options) };
  };
  await pMap(
    groupBy(notices, ({ key }) => key),
    async ([key, itsNotices]) => {
      const batch = { key, notices: itsNotices };
      try {
        const header = await readBatchHeader(key, ports.store);
        if (header === undefined) tell(batch, { kind: 'absent' });
        else headers.set(batch, header);
      } catch (error) {
        tell(batch, failed(error, batch));
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
  const look = async (batch: NoticedBatch, header: BatchHeader): Promise<Verdict> => {
    if (uncounted.failures.has(header)) throw uncounted.failures.get(header);
    const places = uncounted.places.get(header);
    if (places === undefined) return { kind: 'counted' };

    const now = ports.clock.now();
    const lateness = { isOverdue: isOverdue(batch, header.storedAt, now, options) };
    const lastEmission = lastPossibleEmission(batch, header, now, options);
    const isLost = (place: number) => {
      const partial = header.partials[place];
      const through = partial && consumed[streamOf(partial)];
      return through !== undefined && through.getTime() > lastEmission;
    };
    const lost = new Set([...places].filter(isLost));
    if (lost.size === 0) return { kind: 'waiting', ...lateness };
    const partials = await emitAgain(batch.key, lost, ports, options);
    return partials === undefined ? { kind: 'absent' } : { kind: 'emitted', partials, ...lateness };
  };
  await pMap(
    headers,
    async ([batch, header]) => {
      const verdict = await look(batch, header).catch((error: unknown) =>
        failed(error, batch, header.storedAt),
      );
      tell(batch, verdict);
    },
    { concurrency: batchesInFlight },
  );
  return verified;
}

/**
 * By the time that has passed since it was stored, and by that in which it was looked at: this is known also where its
 * header cannot be read, and whatever the clock said. One that was stored far in the future is as overdue as one that was
 * stored long ago: a clock was wrong.
 */
function isOverdue(
  batch: NoticedBatch,
  storedAt: Date | undefined,
  now: Date,
  { overdueSeconds, lookAgainSeconds }: VerifyOptions,
): boolean {
  const ageSeconds = storedAt === undefined ? 0 : Math.abs(now.getTime() - storedAt.getTime()) / 1_000;
  const lookedAtSeconds = (receiveCountOf(batch) - 1) * lookAgainSeconds;
  return Math.max(ageSeconds, lookedAtSeconds) > overdueSeconds;
}

function receiveCountOf({ notices }: NoticedBatch): number {
  return Math.max(...notices.map(({ receiveCount }) => receiveCount));
}

/**
 * Until when, in milliseconds since 1970, somebody may have emitted the batch: `ingest` soon after it was stored or, where
 * a message of it has come before, the invocation that had it then. That one began at least a time-out ago, and took at
 * most half of one; `ingest` was before it, whatever the clock was when it stored the batch.
 */
function lastPossibleEmission(
  batch: NoticedBatch,
  { storedAt }: BatchHeader,
  now: Date,
  { marginSeconds, lookAgainSeconds }: VerifyOptions,
): number {
  if (receiveCountOf(batch) <= 1) return storedAt.getTime() + marginSeconds * 1_000;
  return now.getTime() - (lookAgainSeconds / 2) * 1_000;
}

/**
 * How many were emitted; `undefined` where there is no batch any more: it expired while it was being looked at.
 * @throws UnreadableFormat  none of them can ever be counted: `aggregate` would set aside each emission anew
 */
async function emitAgain(
  key: ObjectKey,
  places: ReadonlySet<number>,
  { store, streams }: VerifyPorts,
  { maxBacklogRecords }: VerifyOptions,
): Promise<number | undefined> {
  const batch = await readStoredBatch(key, store);
  if (batch === undefined) return undefined;
  const partials = countable(batch.partials.filter((_partial, place) => places.has(place)));
  await requireRoom(partials, streams, maxBacklogRecords);
  await emit(batch.customerId, partials, streams);
  return partials.length;
}

/**
 * Those that can be read here: a newer version may have stored others.
 * @throws UnreadableFormat  there are none
 */
function countable(partials: readonly EncodedPartial[]): EncodedPartial[] {
  const readable: EncodedPartial[] = [];
  let unreadable: UnreadableFormat | undefined;
  for (const partial of partials) {
    try {
      decodePartial(partial.data);
      readable.push(partial);
    } catch (error) {
      if (!(error instanceof UnreadableFormat)) throw error;
      unreadable = error;
    }
  }
  if (readable.length === 0 && unreadable !== undefined) throw unreadable;
  return readable;
}
