import type { FoldingLimits } from '../../domain/folding.ts';
import { tombstoneKeyOfWindow, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { isForgotten, isFromBefore, type Tombstone } from '../../domain/tombstone.ts';
import { encodeWindow } from '../../domain/window-format.ts';
import { PreconditionFailed, Unavailable } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Retention } from '../expire/retention.ts';
import { AscendingLookup, type DifferingWindow, type DifferingWindows } from './differing-windows.ts';
import { readTombstoneAt } from '../forget/read-tombstone.ts';
import { decodeSnapshot } from './judge-windows.ts';
import { renewedBy, repairWindow, type Remedy, type WindowRepair } from '../../domain/repair-window.ts';
import { nameOfId, namesOfIds } from '../../domain/packed-id-names.ts';
import { reasonOf } from '../../reason-of.ts';
import { countedPartial, parseLine, type Contribution, type Spool, type SpooledLine } from './spool.ts';

export interface RepairPorts {
  readonly store: Pick<ObjectStore, 'get' | 'put' | 'delete'>;
  /** The spool as the audit left it. */
  readonly spool: Spool;
  readonly clock: Clock;
  /** Windows that have expired are left as they are. Without it none expires. */
  readonly retention?: Retention;
}

/** Result for one window to repair. */
export type RepairOutcome = { readonly key: ObjectKey } & (
  | { readonly kind: 'repaired'; readonly requests: number }
  /** An entry of the index of customers was made again. */
  | { readonly kind: 'indexed' }
  /** The read model reads it anew, soon. */
  | { readonly kind: 'announced' }
  /** Nothing was left of it. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'not-repaired'; readonly reason: string }
);

export interface RepairOptions {
  readonly limits: FoldingLimits;
  /** Version of the rules of the audit. A window that was recounted before is recounted by these. */
  readonly rulesVersion: string;
  /** Returns whether a batch stored at that time is left to the pipeline. */
  readonly isPending: (storedAt: Date) => boolean;
  /** Removes foreign partials from windows; without it, windows with foreign partials stay as they are. */
  readonly isRemovingForeign: boolean;
}

interface RepairUnderWay {
  readonly key: ObjectKey;
  readonly remedy: Remedy;
  readonly tombstone: Tombstone | undefined;
  /** Its customer is being forgotten, which removes it. */
  readonly isForgotten: boolean;
  /** `undefined` where there was no window. */
  readonly etag: string | undefined;
  readonly repair: WindowRepair;
  readonly isWanted: (contribution: Contribution) => boolean;
  /** Returns the partial by which the repaired window counts a contribution. */
  readonly counted: (contribution: Contribution) => ReturnType<typeof countedPartial>;
  /** Number of partials that the current rules cannot count. */
  unknown: number;
  readonly differences: number;
}

/** Receives the result for a window, and how many differences it had. */
export type RepairReporter = (outcome: RepairOutcome, differences: number) => void;

/**
 * Repairs the windows that an audit has found to differ, from what it has spooled: their etags are those from before the
 * batches were listed, so that a window which anybody has written since stays as it is. A repair removes only foreign
 * partials, and only on request.
 * @param differing  those with a remedy are repaired; all others are passed over
 */
export async function repair(
  differing: DifferingWindows,
  ports: RepairPorts,
  options: RepairOptions,
  told: RepairReporter,
): Promise<void> {
  const now = ports.clock.now();
  const windows = new AscendingLookup(differing);
  try {
    let underWay: RepairUnderWay | undefined;
    const end = async () => {
      if (underWay !== undefined) told(await write(underWay, ports), underWay.differences);
    };
    for (const text of ports.spool.sorted()) {
      if (windows.isAtEnd) break;
      const found = windows.find(text.slice(0, text.indexOf('\t')) as ObjectKey);
      const todo = found && withoutForeign(found, options);
      if (todo?.remedy === undefined) continue;
      const line = parseLine(text);
      if (line.windowKey !== underWay?.key) {
        await end();
        const { remedy, differences } = todo;
        const tombstone = await readTombstoneAt(tombstoneKeyOfWindow(line.windowKey), ports.store);
        underWay = { differences, ...begin(line, { remedy, tombstone, now, ...options }) };
      }
      if (line.kind === 'contribution' && underWay.isWanted(line.contribution)) {
        const partial = underWay.counted(line.contribution);
        if (partial === 'unknown') underWay.unknown += 1;
        else underWay.repair.add({ ...partial, storedAt: line.contribution.storedAt });
      }
    }
    await end();
  } finally {
    windows.close();
  }
}

/**
 * Keeps foreign partials, unless their removal was requested, so that they stay a difference; adds whatever else is
 * missing.
 */
function withoutForeign(window: DifferingWindow, { isRemovingForeign }: RepairOptions): DifferingWindow {
  if (window.remedy !== 'rebuild' || isRemovingForeign) return window;
  const others = window.differences - 1;
  return { ...window, differences: others, remedy: others > 0 ? 'add' : undefined };
}

function begin(
  line: SpooledLine,
  {
    remedy,
    tombstone,
    now,
    limits,
    rulesVersion,
    isPending,
  }: RepairOptions & {
    readonly remedy: Remedy;
    readonly tombstone: Tombstone | undefined;
    readonly now: Date;
  },
): Omit<RepairUnderWay, 'differences'> {
  const key = line.windowKey;
  const snapshot = line.kind === 'snapshot' ? line.snapshot : undefined;
  const current = snapshot && decodeSnapshot(key, snapshot);
  const held = new Set(current && namesOfIds(current.partialIds));
  const isRenewed = renewedBy(remedy, current);
  return {
    key,
    remedy,
    tombstone,
    isForgotten: current !== undefined && isFromBefore(current, tombstone),
    etag: snapshot?.etag,
    repair: repairWindow(current, remedy, { now, limits, rulesVersion }),
    counted: (contribution) => countedPartial(contribution, isRenewed),
    unknown: 0,
    isWanted: ({ storedAt, partial }) =>
      !isForgotten(storedAt, tombstone) && (held.has(nameOfId(partial.id)) || !isPending(storedAt)),
  };
}

async function write(underWay: RepairUnderWay, { store, retention }: RepairPorts): Promise<RepairOutcome> {
  const { key, remedy, tombstone, etag, repair } = underWay;
  if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) {
    return { key, kind: 'not-repaired', reason: 'it has expired' };
  }
  if (underWay.isForgotten) return { key, kind: 'not-repaired', reason: 'its customer is being forgotten' };
  if (underWay.unknown > 0) {
    return { key, kind: 'not-repaired', reason: 'the current rules do not read its entries' };
  }
  const repaired = repair.finish();
  try {
    if (repaired === undefined) {
      if (remedy !== 'rebuild' || etag === undefined) {
        return { key, kind: 'not-repaired', reason: 'no batch is left of it' };
      }
      await store.delete(key, { ifMatch: etag });
      return { key, kind: 'removed' };
    }
    const forgottenBefore = tombstone?.before;
    const written = await store.put(
      key,
      encodeWindow({ ...repaired, forgottenBefore }),
      etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag },
    );
    // Looked at once more after the write, as `aggregate` does, so that nobody who is being forgotten comes back.
    const now = await readTombstoneAt(tombstoneKeyOfWindow(key), store);
    if (now?.before.getTime() !== forgottenBefore?.getTime()) {
      await store.delete(key, { ifMatch: written.etag });
      return { key, kind: 'not-repaired', reason: 'its customer has been forgotten meanwhile' };
    }
    return { key, kind: 'repaired', requests: repaired.requests };
  } catch (error) {
    if (error instanceof PreconditionFailed) {
      return { key, kind: 'not-repaired', reason: 'it was written by somebody else meanwhile' };
    }
    if (error instanceof Unavailable) return { key, kind: 'not-repaired', reason: reasonOf(error) };
    throw error;
  }
}
