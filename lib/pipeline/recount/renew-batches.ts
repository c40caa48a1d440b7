import { decodeBatch } from '../../domain/batch-format.ts';
import { minuteKey, type ObjectKey } from '../../domain/keys.ts';
import { recountPartials } from '../../domain/recount-partials.ts';
import { NewerFormat, UnreadableFormat } from '../../errors.ts';
import { eachObject } from '../audit/each-object.ts';
import { readOwnPartials } from '../audit/read-own-partials.ts';
import { readStoredEntries } from '../audit/read-stored-entries.ts';
import { contributionLine, type Spool } from '../audit/spool.ts';
import { AscendingGroups } from './ascending-groups.ts';
import { parseBatchLine } from './batch-lines.ts';
import type { RecountOptions, RecountPorts, RecountReporter } from './recount-ports.ts';

/**
 * Counts the entries of batches by the current rules, for the windows that need them, and spools the partials by window.
 * A batch that these rules counted already is not counted again. One that is gone is left out: its windows lack it then.
 * @param batches  lines of `batchLine`
 * @throws Unavailable  one of them cannot be read
 */
export async function renewBatches(
  batches: Spool,
  into: Spool,
  { store }: Pick<RecountPorts, 'store'>,
  { rules }: Pick<RecountOptions, 'rules'>,
  reporter: RecountReporter,
): Promise<void> {
  const renew = async ({ batchKey, windowKeys }: BatchOfWindows) => {
    const object = await store.get(batchKey);
    if (object === undefined) return;
    try {
      const { batch, gzippedBody } = decodeBatch(object.body);
      const partials = readOwnPartials(batch).filter(({ customerId, windowStart }) =>
        windowKeys.has(minuteKey(customerId, windowStart)),
      );
      const isOfTheseRules = batch.rulesVersion === rules.version;
      const accepted = isOfTheseRules ? undefined : await readStoredEntries(batch, gzippedBody);
      const entries = typeof accepted === 'object' ? accepted.entries : [];
      const counted = isOfTheseRules ? partials : recountPartials(partials, entries, rules);
      for (const [place, partial] of partials.entries()) {
        const renewed = counted[place] ?? 'unknown';
        into.add(contributionLine({ batchKey, storedAt: batch.storedAt, partial, renewed }));
      }
    } catch (error) {
      if (!(error instanceof UnreadableFormat) || error instanceof NewerFormat) throw error;
      reporter.left({ kind: 'batch-unreadable', key: batchKey, reason: error.message });
    }
  };
  await eachObject('counting', () => batchesIn(batches), renew, reporter);
}

/** A batch, and the windows that need it. */
interface BatchOfWindows {
  readonly batchKey: ObjectKey;
  readonly windowKeys: ReadonlySet<ObjectKey>;
}

async function* batchesIn(batches: Spool): AsyncGenerator<BatchOfWindows> {
  const groups = new AscendingGroups(batches.sorted());
  try {
    for (let batchKey = groups.next; batchKey !== undefined; batchKey = groups.next) {
      const lines = groups.take(batchKey);
      yield { batchKey, windowKeys: new Set(Array.from(lines, (line) => parseBatchLine(line).windowKey)) };
    }
  } finally {
    groups.close();
  }
}
