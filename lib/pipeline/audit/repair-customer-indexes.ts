import {
  customerIndexKeyOfSegment,
  customerSegmentOf,
  customerSegmentOfIndex,
  type ObjectKey,
} from '../../domain/keys.ts';
import { Unavailable, UnreadableFormat } from '../../errors.ts';
import { reasonOf } from '../../reason-of.ts';
import { updateCustomerIndex, type IndexPorts } from '../customer-index/update-customer-index.ts';
import { AscendingLookup, type DifferingWindows } from './differing-windows.ts';
import type { RepairOutcome, RepairReporter } from './repair.ts';
import type { Spool } from './spool.ts';

/** Entries of the index of customers to make again. */
export interface IndexesToRepair {
  /** Entries that an audit has found to differ, or that are still to be made. */
  readonly differing: DifferingWindows;
  /** Keys of windows of any size that were repaired. */
  readonly repairedWindows: readonly Iterable<string>[];
  /** A new one. */
  readonly spool: Spool;
}

/** Remakes entries of the index of customers from the windows. Call it after the windows are repaired. */
export async function repairCustomerIndexes(
  { differing, repairedWindows, spool }: IndexesToRepair,
  ports: IndexPorts,
  told: RepairReporter,
): Promise<void> {
  for (const keys of repairedWindows) {
    for (const key of keys) spool.add(customerIndexKeyOfSegment(customerSegmentOf(key as ObjectKey)));
  }
  for (const { key, remedy } of differing.ascending()) if (remedy !== undefined) spool.add(key);
  const found = new AscendingLookup(differing);
  let last: string | undefined;
  try {
    for (const line of spool.sorted()) {
      if (line === last) continue;
      last = line;
      const key = line as ObjectKey; // only keys were added
      const outcome = await repairOne(key, ports);
      const reported = found.find(key);
      // An entry that only follows its repaired windows is not reported.
      if (reported !== undefined || outcome.kind === 'not-repaired')
        told(outcome, reported?.differences ?? 0);
    }
  } finally {
    found.close();
  }
}

async function repairOne(key: ObjectKey, ports: IndexPorts): Promise<RepairOutcome> {
  try {
    const kind = await updateCustomerIndex(customerSegmentOfIndex(key), 'all', ports);
    return { key, kind: kind === 'absent' ? 'removed' : 'indexed' };
  } catch (error) {
    if (!(error instanceof UnreadableFormat || error instanceof Unavailable)) throw error;
    return { key, kind: 'not-repaired', reason: reasonOf(error) };
  }
}
