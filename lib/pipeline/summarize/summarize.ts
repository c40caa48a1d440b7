import pMap from 'p-map';
import type { StoredBatch } from '../../domain/batch-format.ts';
import { groupBy, type NonEmpty } from '../../group-by.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import { isForgotten } from '../../domain/tombstone.ts';
import { NewerFormat, newerFormatIn, Unavailable, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Timers } from '../../ports/timers.ts';
import type { Retention } from '../expire/retention.ts';
import { tombstonesReadOnce } from '../forget/read-tombstone.ts';
import type { EmittedBatches } from '../ingest/emitted-batches.ts';
import { emit } from '../streams/emit.ts';
import type { Streams } from '../streams/streams.ts';
import { findUncounted } from '../verify/find-uncounted.ts';
import type { BacklogLimit } from './backlog-limit.ts';
import type { Intent, IntentOutcome } from './intent.ts';
import type { IntentWaits } from './intent-waits.ts';
import { readLongBatch, readShortBatch, type LongBatch } from './read-partials.ts';

export interface SummarizePorts {
  readonly store: ObjectStore;
  readonly streams: Streams;
  readonly backlogLimit: BacklogLimit;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly emittedBatches: EmittedBatches;
  readonly waits: IntentWaits;
  /** Without it no window expires. */
  readonly retention?: Retention;
}

export interface SummarizeOptions {
  /** Time that a put may take from before its intent is written; `ingest` gives up then. */
  readonly putMilliseconds: number;
  /** Maximum difference of the clocks of this process and of the topic. */
  readonly clockDifferenceMilliseconds: number;
  /** Time after which the intents whose batches are not stored yet are given back. */
  readonly maxWaitMilliseconds: number;
  /** Ends the waiting early. */
  readonly signal: AbortSignal;
}

export interface SummarizedIntent<I extends Intent> {
  readonly intent: I;
  readonly outcome: IntentOutcome;
}

const batchesInFlight = 16;
const firstPauseMilliseconds = 20;
const longestPauseMilliseconds = 500;
/**
 * A first delivery is stored moments after its time of storage. What is announced later than that is a repetition, and
 * probably counted.
 */
const firstDeliveryMilliseconds = 10_000;

/** Intents for one batch, which are treated as one. */
interface Announced<I extends Intent> {
  readonly key: ObjectKey;
  readonly intents: NonEmpty<I>;
}

/**
 * Emits the partials of announced batches, as they are stored with them. An intent is done when its partials are durable
 * on the streams, so a position may move past it only then; killed anywhere, the intents come again and the partials
 * are emitted again, which `aggregate` recognises.
 *
 * An intent precedes its batch, so a batch that is absent may be about to come. It is looked for until the time of its
 * put is over, and only a look that began after that time decides. So is one whose customer was forgotten after it was stored,
 * since the put may replace it. Few bytes are in memory: of most batches the first
 * 64 KiB, and of longer ones one after the other.
 */
export async function summarize<I extends Intent>(
  intents: readonly I[],
  ports: SummarizePorts,
  options: SummarizeOptions,
): Promise<SummarizedIntent<I>[]> {
  const { timers, store } = ports;
  const begunAt = timers.elapsed();
  const summarized: SummarizedIntent<I>[] = [];
  const end = ({ intents }: Announced<I>, outcome: IntentOutcome) =>
    void summarized.push(...intents.map((intent) => ({ intent, outcome })));
  const tombstoneOf = tombstonesReadOnce(store);
  const emitAll = async (batch: StoredBatch, { intents }: Announced<I>, isOver: boolean) => {
    const outcome = await emitBatch(batch, intents, tombstoneOf, ports);
    // The put of an intent may be about to replace a forgotten batch.
    return outcome.kind === 'forgotten' && !isOver ? ({ kind: 'waiting' } as const) : outcome;
  };

  let pending = Array.from(
    groupBy(intents, ({ key }) => key),
    ([key, its]): Announced<I> => ({ key, intents: its }),
  );
  for (let pause = firstPauseMilliseconds; ; pause = Math.min(2 * pause, longestPauseMilliseconds)) {
    const absent: Announced<I>[] = [];
    const long = new Map<Announced<I>, { readonly size: LongBatch; readonly isOver: boolean }>();
    await pMap(
      pending,
      async (announced) => {
        const isOver = announced.intents.every((intent) => isPutOver(intent, ports, options));
        const outcome = await outcomeOf(async () => {
          const batch = await readShortBatch(announced.key, store);
          if (batch === undefined) return isOver ? { kind: 'absent' } : { kind: 'waiting' };
          if (!('bytesNeeded' in batch)) return emitAll(batch, announced, isOver);
          long.set(announced, { size: batch, isOver });
          return undefined;
        });
        if (outcome?.kind === 'waiting') absent.push(announced);
        else if (outcome !== undefined) end(announced, outcome);
      },
      { concurrency: batchesInFlight },
    );
    for (const [announced, { size, isOver }] of long) {
      const outcome = await outcomeOf(async () => {
        const batch = await readLongBatch(announced.key, size, store);
        return batch === undefined ? { kind: 'waiting' } : emitAll(batch, announced, isOver);
      });
      if (outcome !== undefined) end(announced, outcome);
    }
    pending = absent;
    const left = options.maxWaitMilliseconds - (timers.elapsed() - begunAt);
    if (pending.length === 0 || left <= 0 || options.signal.aborted) break;
    await pauseFor(Math.min(pause, left), ports, options);
  }
  for (const announced of pending) end(announced, { kind: 'waiting' });
  return summarized;
}

function isPutOver(
  intent: Intent,
  { waits, clock }: SummarizePorts,
  { putMilliseconds, clockDifferenceMilliseconds }: SummarizeOptions,
): boolean {
  const isOverHere = waits.waitedFor(intent) > putMilliseconds;
  const age = clock.now().getTime() - intent.appendedAt.getTime();
  return isOverHere || age > putMilliseconds + clockDifferenceMilliseconds;
}

async function outcomeOf(act: () => Promise<IntentOutcome | undefined>): Promise<IntentOutcome | undefined> {
  try {
    return await act();
  } catch (error) {
    const isForGood = error instanceof UnreadableFormat && !(error instanceof NewerFormat);
    return { kind: isForGood ? 'unreadable' : 'failed', error };
  }
}

async function emitBatch(
  batch: StoredBatch,
  intents: NonEmpty<Intent>,
  tombstoneOf: ReturnType<typeof tombstonesReadOnce>,
  ports: SummarizePorts,
): Promise<IntentOutcome> {
  const { streams, backlogLimit, emittedBatches } = ports;
  if (isForgotten(batch.storedAt, await tombstoneOf(batch.customerId))) return { kind: 'forgotten' };
  const isAfterLoss = intents.some((intent) => intent.isAfterLoss === true);
  if (!isAfterLoss && emittedBatches.has(batch)) return { kind: 'emitted-before' };
  const isFirstDelivery = intents.some(
    ({ appendedAt }) => appendedAt.getTime() - batch.storedAt.getTime() < firstDeliveryMilliseconds,
  );
  // After a loss, a window may hold everything while the notification of it is lost: only `aggregate` sends it again.
  const partials = isFirstDelivery || isAfterLoss ? batch.partials : await findMissing(batch, ports);
  if (partials.length === 0) return { kind: 'emitted-before' };
  if (!(await backlogLimit.allows(partials))) return { kind: 'held-back' };
  await emit(batch.customerId, partials, streams);
  emittedBatches.add(batch);
  return { kind: 'emitted', partials: partials.length };
}

/** Returns the partials that the windows of a batch do not hold; all of them if a window is damaged. */
async function findMissing(
  batch: StoredBatch,
  { store, retention }: SummarizePorts,
): Promise<readonly EncodedPartial[]> {
  const { places, failures } = await findUncounted([batch], store, retention);
  if (failures.has(batch)) {
    const cause = failures.get(batch);
    if (cause instanceof UnreadableFormat && newerFormatIn(cause) === undefined) return batch.partials;
    throw new Unavailable('It is not known now whether this batch is counted.', { cause });
  }
  const missing = places.get(batch);
  return batch.partials.filter((_partial, place) => missing?.has(place) === true);
}

async function pauseFor(
  milliseconds: number,
  { timers }: SummarizePorts,
  { signal }: SummarizeOptions,
): Promise<void> {
  try {
    await timers.sleep(milliseconds, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
