import type { FoldingLimits } from '../../domain/folding.ts';
import { windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { encodeWindow } from '../../domain/window-format.ts';
import { PreconditionFailed, Unavailable } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Retention } from '../retention.ts';
import { AscendingLookup, type DifferingWindows } from './differing-windows.ts';
import { decodeSnapshot } from './judge-windows.ts';
import { mendWindow, type Remedy, type WindowMending } from './mend-window.ts';
import { nameOfId, namesOfIds } from './packed-id-names.ts';
import { reasonOf } from './reason-of.ts';
import { parseLine, type Contribution, type Spool, type SpooledLine } from './spool.ts';

export interface RepairPorts {
  readonly store: Pick<ObjectStore, 'put'>;
  /** As the audit left it. */
  readonly spool: Spool;
  readonly clock: Clock;
  /** Windows that have expired are left as they are. Without it none expires. */
  readonly retention?: Retention;
}

/** What became of one window that was to be mended. */
export type RepairOutcome = { readonly key: ObjectKey } & (
  | { readonly kind: 'mended'; readonly requests: number }
  | { readonly kind: 'not-mended'; readonly reason: string }
);

interface MendingUnderWay {
  readonly key: ObjectKey;
  /** `undefined` where there was no window. */
  readonly etag: string | undefined;
  readonly mending: WindowMending;
  readonly isWanted: (contribution: Contribution) => boolean;
  readonly differences: number;
}

/** Told what became of a window, and how many differences it had. */
export type RepairReporter = (outcome: RepairOutcome, differences: number) => void;

/**
 * Mends the windows that an audit has found to differ, from what it has spooled: their etags are those from before the
 * batches were listed, so that a window which anybody has written since is left as it is. Nothing is removed.
 * @param differing  those with a remedy are mended; all others are passed over
 * @param isPending  what was stored then is left to the pipeline
 */
export async function repair(
  differing: DifferingWindows,
  ports: RepairPorts,
  { limits, isPending }: { readonly limits: FoldingLimits; readonly isPending: (storedAt: Date) => boolean },
  told: RepairReporter,
): Promise<void> {
  const now = ports.clock.now();
  const windows = new AscendingLookup(differing);
  try {
    let underWay: MendingUnderWay | undefined;
    const end = async () => {
      if (underWay !== undefined) told(await write(underWay, ports), underWay.differences);
    };
    for (const text of ports.spool.sorted()) {
      if (windows.isAtEnd) break;
      const found = windows.find(text.slice(0, text.indexOf('\t')) as ObjectKey);
      if (found?.remedy === undefined) continue;
      const line = parseLine(text);
      if (line.windowKey !== underWay?.key) {
        await end();
        const { remedy, differences } = found;
        underWay = { differences, ...begin(line, remedy, now, limits, isPending) };
      }
      if (line.kind === 'contribution' && underWay.isWanted(line.contribution)) {
        underWay.mending.add(line.contribution.partial);
      }
    }
    await end();
  } finally {
    windows.close();
  }
}

function begin(
  line: SpooledLine,
  remedy: Remedy,
  now: Date,
  limits: FoldingLimits,
  isPending: (storedAt: Date) => boolean,
): Omit<MendingUnderWay, 'differences'> {
  const key = line.windowKey;
  const snapshot = line.kind === 'snapshot' ? line.snapshot : undefined;
  const current = snapshot && decodeSnapshot(key, snapshot);
  const held = new Set(current && namesOfIds(current.partialIds));
  return {
    key,
    etag: snapshot?.etag,
    mending: mendWindow(current, remedy, now, limits),
    isWanted: ({ storedAt, partial }) => held.has(nameOfId(partial.id)) || !isPending(storedAt),
  };
}

async function write(
  { key, etag, mending }: MendingUnderWay,
  { store, retention }: RepairPorts,
): Promise<RepairOutcome> {
  if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) {
    return { key, kind: 'not-mended', reason: 'it has expired' };
  }
  const mended = mending.finish();
  if (mended === undefined) return { key, kind: 'not-mended', reason: 'no batch is left of it' };
  try {
    await store.put(key, encodeWindow(mended), etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag });
    return { key, kind: 'mended', requests: mended.requests };
  } catch (error) {
    if (error instanceof PreconditionFailed) {
      return { key, kind: 'not-mended', reason: 'it was written by somebody else meanwhile' };
    }
    if (error instanceof Unavailable) return { key, kind: 'not-mended', reason: reasonOf(error) };
    throw error;
  }
}
