import pMap from 'p-map';
import type { BatchHeader } from '../../domain/batch-format.ts';
import { groupBy, type NonEmpty } from '../../domain/group-by.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { findUncounted, type Uncounted } from './find-uncounted.ts';
import { forgetBatch } from '../forget/forget-batch.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import { readLongHeader, readShortHeader } from '../ingest/read-stored-batch.ts';
import type { Retention } from '../expire/retention.ts';
import type { Admission } from '../streams/admission.ts';
import type { Streams } from '../streams/streams.ts';
import { readConsumption, type CustomerConsumption } from './consumption.ts';
import { emitAgain } from './emit-again.ts';
import { isLikelyWaiting } from './is-likely-waiting.ts';
import { isOffStream } from './is-off-stream.ts';
import type { RecentEmissions } from './recent-emissions.ts';

export interface VerifyPorts {
  readonly store: ObjectStore;
  readonly streams: Streams;
  readonly clock: Clock;
  /** Without it no window expires. */
  readonly retention?: Retention;
  /** What this process has emitted again. */
  readonly emissions: RecentEmissions;
  /** Nothing is emitted for a customer that has too much waiting. */
  readonly admission: Admission;
}

export interface VerifyOptions {
  /** How long after a batch was stored its emission may still be under way, and by how much clocks may differ. */
  readonly marginSeconds: number;
  /** After how long a message comes back whose invocation has not ended: at least twice what that may take. */
  readonly lookAgainSeconds: number;
  /** A batch that is not proved to be counted after so long is overdue: somebody should look why. */
  readonly overdueSeconds: number;
  /**
   * Since when this process runs, where it is the only one that emits: whoever stored a batch before is gone, and emits
   * nothing any more. `undefined` where there are others.
   */
  readonly onlyEmitterSince: Date | undefined;
  /** Batches that are not begun by then have to wait for the next invocation, so that each ends and makes headway. */
  readonly maxSeconds: number;
}

/** Word that a batch was stored. */
export interface StoredNotice {
  readonly messageId: string;
  readonly key: ObjectKey;
  /** 1 when the message comes for the first time. */
  readonly receiveCount: number;
  readonly firstReceivedAt: Date;
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
  /** There is no such batch: its write failed, it has expired, or its customer was forgotten since. */
  | { readonly kind: 'absent' }
  /** The aggregator is behind, or there was no time to look; the message has to come back. */
  | { readonly kind: 'waiting'; readonly isOverdue: boolean }
  /** So many of its partials were emitted again; the message has to come back, until they are seen in their windows. */
  | { readonly kind: 'emitted'; readonly partials: number; readonly isOverdue: boolean }
  /** It could not be looked at, or not be emitted; the message has to come back. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly isOverdue: boolean };

/** The headers of batches, as far as they are short. */
type Beginnings = ReadonlyMap<NoticedBatch, BatchHeader | 'long'>;

const batchesInFlight = 16;
/**
 * Batches with no more partials than this are looked at together, so that each of their windows is read once: mostly all
 * that an invocation has. Reading so many windows, or emitting so many partials on a stream of one shard, takes some ten
 * seconds.
 */
const partialsAtOnce = 10_000;
/** Up to so many windows are read also for a batch that is likely to wait. */
const partialsWorthALook = 1_000;

/**
 * Looks whether stored batches are counted, and emits what is not. What is looked at is the end state, the windows: so
 * it does not matter what went wrong on the way there.
 *
 * A partial is emitted again only where it does not wait on its stream any more (see `isOffStream`); until then the
 * aggregator is merely behind. It is safe to look at one batch several times at once, and to be killed anywhere: a
 * partial that is emitted once too often is dropped.
 *
 * What is begun is ended, however long it takes, and the largest batches come last, each by itself: so every invocation
 * proves some of them, also where a batch is in a week of windows.
 */
export async function verify(
  notices: readonly StoredNotice[],
  ports: VerifyPorts,
  options: VerifyOptions,
): Promise<VerifiedBatch[]> {
  const { store, streams, clock, retention, emissions } = ports;
  const deadline = clock.now().getTime() + options.maxSeconds * 1_000;
  const verified: VerifiedBatch[] = [];
  const tell = (batch: NoticedBatch, verdict: Verdict) => void verified.push({ ...batch, verdict });
  const overdue = (batch: NoticedBatch, storedAt?: Date) => {
    return { isOverdue: isOverdue(batch, storedAt, clock.now(), options) };
  };

  /** Tells of those that are not there, or cannot be read, and returns what was read of the others. */
  const readAll = async <T>(
    batches: readonly NoticedBatch[],
    read: (batch: NoticedBatch) => Promise<T | undefined>,
  ): Promise<Map<NoticedBatch, T>> => {
    const found = new Map<NoticedBatch, T>();
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
    groupBy(notices, ({ key }) => key),
    ([key, its]) => ({ key, notices: its }),
  );
  const beginnings = await readAll(batches, ({ key }) => readShortHeader(key, store));

  const consumption = await readConsumption(streams);
  const tombstones = new Map<CustomerId, Promise<Tombstone | undefined>>();
  const tombstoneOf = (customerId: CustomerId) => {
    const read = tombstones.get(customerId) ?? readTombstone(customerId, store);
    tombstones.set(customerId, read);
    return read;
  };
  const look = async (
    batch: NoticedBatch,
    header: BatchHeader,
    uncounted: Uncounted,
    consumed: CustomerConsumption,
  ): Promise<Verdict> => {
    const tombstone = await tombstoneOf(header.customerId);
    if (tombstone !== undefined && isForgotten(header.storedAt, tombstone)) {
      // It was being stored when its customer was forgotten; one that has taken its place since is announced by itself.
      await forgetBatch(batch.key, tombstone, store);
      return { kind: 'absent' };
    }
    if (uncounted.failures.has(header)) throw uncounted.failures.get(header);
    const places = uncounted.places.get(header);
    if (places === undefined) return { kind: 'counted' };

    const emission = {
      storedAt: header.storedAt,
      emittedAgainAt: emissions.at(batch.key),
      receiveCount: receiveCountOf(batch),
    };
    const isLost = (place: number) => {
      const partial = header.partials[place];
      return partial !== undefined && isOffStream(partial, emission, consumed, clock.now(), options);
    };
    const lost = new Set([...places].filter(isLost));
    if (lost.size === 0) return { kind: 'waiting', ...overdue(batch, header.storedAt) };
    const partials = await emitAgain(batch.key, lost, ports);
    if (partials === undefined) return { kind: 'absent' };
    emissions.add(batch.key, clock.now());
    return { kind: 'emitted', partials, ...overdue(batch, header.storedAt) };
  };

  for (const [turn, group] of groupsOf(beginnings).entries()) {
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

/** What is looked at together, in its order. A long header is not read before it is its turn: many would fill the memory. */
function groupsOf(beginnings: Beginnings): Beginnings[] {
  const groups: Map<NoticedBatch, BatchHeader | 'long'>[] = [];
  const large: typeof groups = [];
  let room = 0;
  for (const [batch, header] of beginnings) {
    if (header === 'long') {
      large.push(new Map([[batch, header]]));
      continue;
    }
    const group = header.partials.length <= room ? groups.at(-1) : undefined;
    if (group === undefined) groups.push(new Map([[batch, header]]));
    else group.set(batch, header);
    room = (group === undefined ? partialsAtOnce : room) - header.partials.length;
  }
  return [...groups, ...large];
}

/**
 * Decides by the time that has passed since the batch was stored, and since it was first looked at: this is known also
 * where its header cannot be read. One that was stored far in the future is as overdue as one that was stored long ago: a
 * clock was wrong.
 */
function isOverdue(
  { notices }: NoticedBatch,
  storedAt: Date | undefined,
  now: Date,
  { overdueSeconds }: VerifyOptions,
): boolean {
  const since = notices.map(({ firstReceivedAt }) => firstReceivedAt);
  if (storedAt !== undefined) since.push(storedAt);
  return since.some((instant) => Math.abs(now.getTime() - instant.getTime()) / 1_000 > overdueSeconds);
}

function receiveCountOf({ notices }: NoticedBatch): number {
  return Math.max(...notices.map(({ receiveCount }) => receiveCount));
}
