import type { BatchHeader } from '../../domain/batch-format.ts';
import { batchKey, batchPrefix, minuteKey, type ObjectKey } from '../../domain/keys.ts';
import { partialId } from '../../domain/partial.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import { NewerFormat, UnreadableFormat } from '../../errors.ts';
import { eachObject } from '../audit/each-object.ts';
import type { Spool } from '../audit/spool.ts';
import { readBatchHeader } from '../ingest/read-stored-batch.ts';
import { partialLine } from './batch-lines.ts';
import type { RecountOptions, RecountPorts, RecountReporter } from './recount-ports.ts';

/** Batches whose partials are listed. */
export interface ListedBatches {
  /** Their keys. */
  readonly known: Spool;
  /** Their partials, by window. */
  readonly partials: Spool;
}

export type NewestBatch = Pick<BatchHeader, 'storedAt' | 'rulesVersion'>;

/**
 * Adds the partials of all batches that are not listed yet, from their headers. Read windows first: the batches of all that
 * these count are listed then, or gone.
 * @returns the newest of the batches that were added
 * @throws Unavailable  the batches cannot be listed, or one cannot be read
 * @throws NewerFormat  a newer version wrote one of them
 */
export async function listPartials(
  { known, partials }: ListedBatches,
  tombstone: Tombstone | undefined,
  { store, newSpool }: RecountPorts,
  { customerId, from, to, rules }: RecountOptions,
  reporter: RecountReporter,
): Promise<NewestBatch | undefined> {
  let newest: NewestBatch | undefined;
  const found = newSpool(); // nothing may be added to a spool while it is read
  const read = async (key: ObjectKey) => {
    try {
      const header = await readBatchHeader(key, store);
      if (header === undefined) return; // it expired since it was listed
      found.add(key);
      if (isForgotten(header.storedAt, tombstone)) return;
      if (batchKey(header.customerId, header.id) !== key) {
        throw new UnreadableFormat('A batch is at the place of another one.');
      }
      if (newest === undefined || header.storedAt > newest.storedAt) newest = header;
      const isOfTheseRules = header.rulesVersion === rules.version;
      for (const { windowStart, part } of header.partials) {
        if (windowStart < from || windowStart >= to) continue;
        const id = partialId(header.id, header.payloadHash, part);
        const windowKey = minuteKey(customerId, windowStart);
        partials.add(partialLine({ windowKey, batchKey: key, id, isOfTheseRules }));
      }
    } catch (error) {
      if (!(error instanceof UnreadableFormat) || error instanceof NewerFormat) throw error;
      found.add(key);
      reporter.left({ kind: 'batch-unreadable', key, reason: error.message });
    }
  };
  const unknown = () => except(store.list(batchPrefix(customerId)), known.sorted());
  await eachObject('batches', unknown, read, reporter);
  for (const key of found.sorted()) known.add(key);
  return newest;
}

/** Yields the keys of an ascending sequence that are not in another one. */
async function* except(all: AsyncIterable<ObjectKey>, others: Iterable<string>): AsyncGenerator<ObjectKey> {
  const rest = others[Symbol.iterator]();
  try {
    let next = rest.next();
    for await (const key of all) {
      while (next.done !== true && next.value < key) next = rest.next();
      if (next.done === true || next.value !== key) yield key;
    }
  } finally {
    rest.return?.();
  }
}
