import pMap from 'p-map';
import type { BatchHeader } from '../../domain/batch-format.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { AgedObjects } from '../../ports/aged-objects.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { failedRecordPrefixes } from '../failed-records/failed-records.ts';
import { findUncounted } from '../verify/find-uncounted.ts';
import { readBatchHeader } from '../ingest/read-stored-batch.ts';
import type { Retention } from './retention.ts';
import { hasUncounted } from './has-uncounted.ts';
import { keysAGroup, phaseInGroups } from './phase-in-groups.ts';
import type { SweepPhase } from './sweep.ts';

export interface RawPorts {
  readonly store: ObjectStore;
  readonly aged: AgedObjects;
  readonly retention: Retention;
}

/** Objects that expire by their age, not by the time of their content. */
export type RawKind = 'batch' | 'failed record';

export interface RawOptions {
  /** The least that may be deleted behind: the horizon of the configured days, where these were raised since. */
  readonly notBehind: WindowStart;
  readonly atOnce: number;
  readonly onDeleted: (kind: RawKind, count: number) => void;
  /** Called with an expired object that is not proved to be counted. */
  readonly onKept: (key: ObjectKey, reason: unknown) => void;
}

const filesInFlight = 16;
/** Fewer, as each may be in a week of windows. */
const batchesAGroup = 16;

/** The deletion of raw batches, and of failed records, that are older than the horizon and counted. */
export function rawPhases(ports: RawPorts, options: RawOptions): SweepPhase[] {
  const phase = (
    prefix: string,
    groupSize: number,
    deleteOld: (keys: readonly ObjectKey[], before: Date) => Promise<void>,
  ) =>
    phaseInGroups(prefix, ports.store, async (keys, horizon) => {
      const before = new Date(horizon < options.notBehind ? horizon : options.notBehind);
      for (const old of chunk(await writtenBefore(before, keys, ports.aged), groupSize)) {
        await deleteOld(old, before);
      }
    });
  const deleteFailed = async (keys: readonly ObjectKey[]) => {
    let deleted = 0;
    await pMap(
      keys,
      async (key) => {
        try {
          if (await hasUncounted(key, ports)) return options.onKept(key, 'not counted');
        } catch (error) {
          return options.onKept(key, error);
        }
        await ports.store.delete(key);
        deleted += 1;
      },
      { concurrency: options.atOnce },
    );
    options.onDeleted('failed record', deleted);
  };
  return [
    phase('batches/', batchesAGroup, (keys, before) => deleteBatches(keys, before, ports, options)),
    ...failedRecordPrefixes.map((prefix) => phase(prefix, keysAGroup, deleteFailed)),
  ];
}

async function writtenBefore(
  before: Date,
  keys: readonly ObjectKey[],
  aged: AgedObjects,
): Promise<readonly ObjectKey[]> {
  const dates = await pMap(keys, (key) => aged.writtenAt(key), { concurrency: filesInFlight });
  return keys.filter((_key, place) => (dates[place] ?? before) < before);
}

function* chunk<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/**
 * Deletes the batches that were stored before an instant and are counted. A count can be rebuilt from its batch, and until
 * its windows hold it, the batch is the only place that has its entries.
 */
async function deleteBatches(
  keys: readonly ObjectKey[],
  before: Date,
  { store, retention }: RawPorts,
  { atOnce, onDeleted, onKept }: RawOptions,
): Promise<void> {
  const headers = new Map<ObjectKey, BatchHeader>();
  await pMap(
    keys,
    async (key) => {
      try {
        const header = await readBatchHeader(key, store);
        // A copied or restored file is younger than its batch, never older, unless a clock was wrong.
        if (header !== undefined && header.storedAt < before) headers.set(key, header);
      } catch (error) {
        onKept(key, error);
      }
    },
    { concurrency: atOnce },
  );
  const { places, failures } = await findUncounted([...headers.values()], store, retention);
  const counted = [...headers].filter(([key, header]) => {
    const isCounted = !places.has(header) && !failures.has(header);
    if (!isCounted) onKept(key, failures.get(header) ?? 'not counted');
    return isCounted;
  });
  await pMap(counted, ([key]) => store.delete(key), { concurrency: atOnce });
  onDeleted('batch', counted.length);
}
