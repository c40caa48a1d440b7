import type { CountingRules } from '../../domain/counting-rules.ts';
import {
  batchPrefix,
  customerSegmentOf,
  customerSegmentOfBatch,
  windowPrefix,
  windowsPrefix,
  windowStartOfKey,
  type ObjectKey,
} from '../../domain/keys.ts';
import { mayBeRecounted } from '../../domain/window-format.ts';
import { Unavailable, UnreadableFormat } from '../../errors.ts';
import type { AuditOptions, AuditPorts, AuditReporter } from './audit-ports.ts';
import { eachObject } from './each-object.ts';
import { inspectBatch } from './inspect-batch.ts';
import { judgeWindows, type Judged } from './judge-windows.ts';
import { readRawHorizon } from './read-raw-horizon.ts';
import { readTombstones } from '../forget/read-tombstones.ts';
import { reasonOf } from '../../reason-of.ts';
import { contributionLine, snapshotLine } from './spool.ts';

export interface Audited extends Judged {
  readonly windows: number;
  readonly batches: number;
}

/**
 * Recomputes every minute window from the stored batches alone, and reports what differs. It writes
 * nothing, and the pipeline may run: it reads windows first and batches after, so that all batches that a window counts
 * were stored by then. Before it reports a partial as missing, it reads the window once more.
 * @throws Unavailable  there is no store, or it cannot be listed
 */
export async function audit(
  ports: AuditPorts,
  options: AuditOptions,
  reporter: AuditReporter,
): Promise<Audited> {
  const { customerId, rules } = options;
  const windowsAt = customerId === undefined ? windowsPrefix('minute') : windowPrefix(customerId, 'minute');
  const recounted = new Set<string>();
  const spoolMinute = (key: ObjectKey) => spoolWindow(key, ports, recounted);
  const windows = await eachObject('windows', () => ports.store.list(windowsAt), spoolMinute, reporter);

  const batchesAt = customerId === undefined ? 'batches/' : batchPrefix(customerId);
  const lost = new Set<string>();
  const spoolThis = async (key: ObjectKey) => {
    const isRecounted = recounted.has(customerSegmentOfBatch(key));
    if (!(await spoolBatch(key, ports, { rules, isRecounted }, reporter)))
      lost.add(customerSegmentOfBatch(key));
  };
  const batches = await eachObject('batches', () => ports.store.list(batchesAt), spoolThis, reporter);

  // Read after the batches: one that is gone was there, or its customer has a tombstone by now.
  const unreadable = new Set<ObjectKey>();
  const tombstones = await readTombstones(customerId, ports.store, (key, error) => {
    unreadable.add(key);
    reporter.found({ kind: 'tombstone-unreadable', key, reason: error.message });
  });
  const rawHorizon = await readRawHorizon(ports.store);
  const canHaveExpired = (storedSince: Date | undefined) =>
    options.canHaveExpired(storedSince) ||
    (rawHorizon !== undefined && (storedSince === undefined || storedSince < rawHorizon));
  const judged = await judgeWindows(
    ports,
    { ...options, canHaveExpired, lost, tombstones, unreadable },
    reporter,
  );
  return { windows, batches, ...judged };
}

/** @param recounted  gets the segments of customers with a window that may have been recounted */
async function spoolWindow(
  key: ObjectKey,
  { store, spool, retention }: AuditPorts,
  recounted: Set<string>,
): Promise<void> {
  try {
    if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) return;
    const object = await store.get(key);
    if (object === undefined) return;
    if (mayBeRecounted(object.body)) recounted.add(customerSegmentOf(key));
    spool.add(snapshotLine(key, object));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    spool.add(snapshotLine(key, { etag: undefined, reason: reasonOf(error) }));
  }
}

/** @returns false where it is not known what the batch adds to which windows */
async function spoolBatch(
  key: ObjectKey,
  { store, spool }: AuditPorts,
  { rules, isRecounted }: { readonly rules: CountingRules; readonly isRecounted: boolean },
  reporter: AuditReporter,
): Promise<boolean> {
  try {
    const object = await store.get(key);
    if (object === undefined) return false; // it expired since it was listed
    const { storedAt, partials, details, ...batch } = await inspectBatch(key, object.body, rules);
    if (details.length > 0) reporter.found({ kind: 'batch-disagrees', key, details });
    const renewed = isRecounted ? batch.renewed() : [];
    for (const [place, partial] of partials.entries()) {
      spool.add(contributionLine({ batchKey: key, storedAt, partial, renewed: renewed[place] }));
    }
    return true;
  } catch (error) {
    if (!(error instanceof UnreadableFormat || error instanceof Unavailable)) throw error;
    reporter.found({ kind: 'batch-unreadable', key, reason: reasonOf(error) });
    return false;
  }
}
