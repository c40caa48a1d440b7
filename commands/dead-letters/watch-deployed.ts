import pMap from 'p-map';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFailedRecord, digestOf } from '../../lib/domain/failed-record.ts';
import type { FoldingLimits } from '../../lib/domain/folding.ts';
import { minuteKey, type ObjectKey } from '../../lib/domain/keys.ts';
import { unseen } from '../../lib/domain/packed-ids.ts';
import { decodePartial, type WindowPartial } from '../../lib/domain/partial.ts';
import { isForgotten } from '../../lib/domain/tombstone.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { UnreadableFormat } from '../../lib/errors.ts';
import { groupBy } from '../../lib/group-by.ts';
import { createRetention } from '../../lib/pipeline/expire/retention.ts';
import { readTombstone } from '../../lib/pipeline/forget/read-tombstone.ts';
import { rollUp } from '../../lib/pipeline/roll-up/roll-up.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { reasonOf } from '../../lib/reason-of.ts';
import type { Fate, PutAgain, WaitUntilCounted } from './redrive.ts';

export interface WatchOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly limits: FoldingLimits;
  /** Time between two looks. */
  readonly pauseMilliseconds?: number;
  /** Time after which records that are not counted yet are reported as such. */
  readonly maxMilliseconds?: number;
}

type PutRecord = PutAgain['records'][number];

/** A record that was put, and its fate as soon as it is known. */
interface Sought {
  readonly record: PutRecord;
  /** `undefined` if no version of this program can have written it, or only a newer one. */
  readonly partial: WindowPartial | undefined;
  fate: 'counted' | 'gone' | { readonly keptAt: ObjectKey } | undefined;
}

const readsInFlight = 16;

/**
 * Begins to watch the counting of a deployed pipeline, before anything is put. A record that is put again has a new time, so
 * neither the age of records nor `countedThrough` says that it still waits. Therefore this looks for its id in its window, and
 * for failed records that were not there before.
 *
 * It rolls up each minute in which it finds a record, as the function does, because the notification of that minute may take
 * minutes to arrive. So hours, days and the index of customers have the record, too, when it is called counted.
 */
export async function watchDeployed({
  store,
  clock,
  limits,
  pauseMilliseconds = 1_000,
  maxMilliseconds = 60_000,
}: WatchOptions): Promise<WaitUntilCounted> {
  const known = new Set<ObjectKey>();
  for await (const key of store.list('failed/')) known.add(key);
  const retention = createRetention(store, clock);

  /** Returns the places of failed records that were kept since, by the digests of these records. */
  const keptSince = new Map<string, ObjectKey>();
  async function readKeptSince(): Promise<void> {
    for await (const key of store.list('failed/')) {
      if (known.has(key)) continue;
      const object = await store.get(key);
      if (object === undefined) continue;
      known.add(key);
      try {
        keptSince.set(digestOf(decodeFailedRecord(object.body)), key);
      } catch (error) {
        if (!(error instanceof UnreadableFormat)) throw error;
      }
    }
  }

  async function look(all: readonly Sought[]): Promise<void> {
    await readKeptSince();
    const pending = all.filter(({ fate }) => fate === undefined);
    const groups = groupBy(
      pending,
      ({ partial }) => partial && minuteKey(partial.customerId, partial.windowStart),
    );
    await pMap(groups, ([key, sought]) => key && lookAtWindow(key, sought), { concurrency: readsInFlight });
    for (const each of pending) {
      const keptAt = keptSince.get(digestOf(each.record));
      if (keptAt !== undefined) each.fate ??= { keptAt };
    }
  }

  async function lookAtWindow(key: ObjectKey, all: readonly Sought[]): Promise<void> {
    const partials = all.flatMap(({ partial }) => partial ?? []);
    const [first] = partials;
    if (first === undefined) return;
    try {
      const tombstone = await readTombstone(first.customerId, store);
      const hasExpired = first.windowStart < (await retention.horizon());
      const window = await store.get(key);
      const held = window === undefined ? Buffer.alloc(0) : decodeWindow(window.body).partialIds;
      const lacking = new Set(unseen(held, partials).map(({ id }) => id.toString('hex')));
      for (const each of all) {
        if (each.partial === undefined) continue;
        if (hasExpired || isForgotten(each.partial.storedAt, tombstone)) each.fate = 'gone';
        else if (!lacking.has(each.partial.id.toString('hex'))) each.fate = 'counted';
      }
    } catch (error) {
      // Its records are kept again while something is damaged, and wait while a newer version is needed.
      if (!(error instanceof UnreadableFormat)) throw error;
    }
  }

  /** Rolls up minutes; returns why hours or days of some of them are not known to have them. */
  async function rollUpMinutes(minutes: ReadonlySet<ObjectKey>): Promise<ReadonlyMap<ObjectKey, string>> {
    const notifications = Array.from(minutes, (key) => ({ messageId: key, key }));
    const options = { limits, maxSeconds: Number.POSITIVE_INFINITY };
    const reasons = new Map<ObjectKey, string>();
    for (const rolledUp of await rollUp(notifications, { store, clock, retention }, options)) {
      if (rolledUp.outcome.kind !== 'failed') continue;
      const { error } = rolledUp.outcome;
      const reason = `${rolledUp.key} could not be recomputed: ${error instanceof Error ? reasonOf(error) : String(error)}`;
      for (const { key } of rolledUp.notifications) reasons.set(key, reason);
    }
    return reasons;
  }

  return async (put) => {
    const letters = put.map(({ records }) => records.map(toSought));
    const all = letters.flat();
    const deadline = performance.now() + maxMilliseconds;
    await look(all);
    while (all.some(({ fate }) => fate === undefined) && performance.now() < deadline) {
      await sleep(pauseMilliseconds);
      await look(all);
    }
    const unrolled = await rollUpMinutes(new Set(all.flatMap((each) => minuteOf(each) ?? [])));
    // Whoever lists failed records right now may be past the new one: the old one stays until that listing has ended.
    if (all.some(({ fate }) => typeof fate === 'object')) await sleep(pauseMilliseconds);
    return letters.map((sought) => fateOf(sought, unrolled));
  };
}

function toSought(record: PutRecord): Sought {
  try {
    return { record, partial: decodePartial(record.data), fate: undefined };
  } catch (error) {
    if (!(error instanceof UnreadableFormat)) throw error;
    return { record, partial: undefined, fate: undefined };
  }
}

/** Returns the minute in which a record was found. */
function minuteOf({ partial, fate }: Sought): ObjectKey | undefined {
  return partial && fate === 'counted' ? minuteKey(partial.customerId, partial.windowStart) : undefined;
}

/** Returns the fate of a dead letter, from those of its records. */
function fateOf(sought: readonly Sought[], unrolled: ReadonlyMap<ObjectKey, string>): Fate {
  const places: ObjectKey[] = [];
  for (const each of sought) {
    const minute = minuteOf(each);
    const reason = minute && unrolled.get(minute);
    if (reason !== undefined) return { kind: 'unknown', why: reason };
    if (each.fate === undefined) return { kind: 'unknown', why: 'counting is behind' };
    if (typeof each.fate === 'object') places.push(each.fate.keptAt);
  }
  return places.length === 0 ? { kind: 'counted' } : { kind: 'kept again', places };
}
