import { judgeRecount, type RecountJudgement } from '../../domain/judge-recount.ts';
import { windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { isFromBefore, type Tombstone } from '../../domain/tombstone.ts';
import type { WindowAggregate } from '../../domain/window-aggregate.ts';
import type { WindowStart } from '../../domain/window.ts';
import { NewerFormat, UnreadableFormat } from '../../errors.ts';
import { AscendingGroups } from './ascending-groups.ts';
import { batchLine, parsePartialLine, type ListedPartial } from './batch-lines.ts';
import { decodeSnapshot } from '../audit/judge-windows.ts';
import { parseLine, type Spool } from '../audit/spool.ts';
import type { RecountOptions, RecountReporter } from './recount-ports.ts';

/** The windows and partials that were read, both sorted by window. */
export interface ReadForRecount {
  readonly snapshots: Spool;
  readonly partials: Spool;
  readonly tombstone: Tombstone | undefined;
  /** Windows that were read, ascending, whether they are there or not; `undefined` for all. */
  readonly open: Iterable<string> | undefined;
  /** Windows before this have expired. */
  readonly horizon: WindowStart | undefined;
}

/** Receives what there is to do. */
export interface RecountPlan {
  /** The snapshots of windows to recount. */
  readonly windows: Spool;
  /** The batches to read for them. */
  readonly batches: Spool;
  /** Windows that these rules count already. */
  readonly recounted: (key: ObjectKey) => void;
  /** Windows that do not hold something yet that other rules counted. */
  readonly waiting: (key: ObjectKey, partials: number) => void;
}

/** Decides which windows to recount, and from which batches. */
export function findNeeded(
  { snapshots, partials, tombstone, open, horizon }: ReadForRecount,
  plan: RecountPlan,
  { rules }: RecountOptions,
  reporter: RecountReporter,
): void {
  reporter.begin('comparison', snapshots.lines);
  const ofWindows = new AscendingGroups(partials.sorted());
  const judgeAll = (judgement: RecountJudgement, lines: Iterable<string>): ListedPartial[] => {
    const listed: ListedPartial[] = [];
    for (const line of lines) {
      const partial = parsePartialLine(line);
      judgement.add(partial.id, partial.isOfTheseRules);
      listed.push(partial);
    }
    return listed;
  };
  const isOpen = open === undefined ? () => true : ascendingLookup(open);
  const judgeAbsent = (key: ObjectKey, lines: Iterable<string>) => {
    if (!isOpen(key) || (horizon !== undefined && windowStartOfKey(key) < horizon)) return;
    const judgement = judgeRecount(undefined, rules.version);
    judgeAll(judgement, lines);
    const { waiting } = judgement.finish();
    if (waiting > 0) plan.waiting(key, waiting);
  };
  try {
    for (const text of snapshots.sorted()) {
      const line = parseLine(text);
      if (line.kind !== 'snapshot') throw new TypeError('Only windows were spooled.');
      const key = line.windowKey;
      ofWindows.passUntil(key, judgeAbsent);
      const lines = ofWindows.take(key);
      reporter.done();
      const window = readSnapshot(line.windowKey, line.snapshot, reporter);
      if (window === undefined) {
        ofWindows.passOver(key);
        continue;
      }
      if (isFromBefore(window, tombstone)) {
        judgeAbsent(key, lines); // it is being removed
        continue;
      }
      const judgement = judgeRecount(window, rules.version);
      const listed = judgeAll(judgement, lines);
      const { kind, gone, waiting } = judgement.finish();
      if (waiting > 0) plan.waiting(key, waiting);
      if (kind === 'gone') reporter.left({ kind: 'batches-gone', key, partials: gone });
      if (kind === 'counted' && window.recounted !== undefined) plan.recounted(key);
      if (kind !== 'needed') continue;
      plan.windows.add(text);
      for (const { batchKey } of listed) plan.batches.add(batchLine({ batchKey, windowKey: key }));
    }
    ofWindows.passUntil(undefined, judgeAbsent);
  } finally {
    ofWindows.close();
  }
}

/** @returns `undefined` if the window cannot be read, which is reported */
function readSnapshot(
  key: ObjectKey,
  snapshot: Parameters<typeof decodeSnapshot>[1],
  reporter: RecountReporter,
): WindowAggregate | undefined {
  try {
    return decodeSnapshot(key, snapshot);
  } catch (error) {
    if (!(error instanceof UnreadableFormat) || error instanceof NewerFormat) throw error;
    reporter.left({ kind: 'window-unreadable', key, reason: error.message });
    return undefined;
  }
}

/** Creates a lookup in ascending keys that is asked in ascending order. */
function ascendingLookup(keys: Iterable<string>): (key: ObjectKey) => boolean {
  const rest = keys[Symbol.iterator]();
  let next = rest.next();
  return (key) => {
    while (next.done !== true && next.value < key) next = rest.next();
    return next.done !== true && next.value === key;
  };
}
