import {
  customerSegmentOf,
  minuteKey,
  tombstoneKeyOfWindow,
  windowStartOfKey,
  type ObjectKey,
} from '../../domain/keys.ts';
import { unseen } from '../../domain/packed-ids.ts';
import { isForgotten, isFromBefore, type Tombstone } from '../../domain/tombstone.ts';
import type { WindowAggregate } from '../../domain/window-aggregate.ts';
import { decodeWindow } from '../../domain/window-format.ts';
import { Unavailable, UnreadableFormat } from '../../errors.ts';
import type { Retention } from '../expire/retention.ts';
import type { AuditOptions, AuditPorts, AuditReporter, ObjectReader } from './audit-ports.ts';
import { compareWindow, type ComparedWindow, type WindowComparison } from './compare-window.ts';
import type { DifferingWindows } from './differing-windows.ts';
import { maxNamed, type AuditedWindow } from './findings.ts';
import { reasonOf } from '../../reason-of.ts';
import { parseLine, type SpooledLine, type WindowSnapshot } from './spool.ts';

export interface Judged {
  /** Windows that count what no stored batch has: what they should count is not known. */
  readonly notAuditable: number;
  /** Partials of batches that are too young to be missed. */
  readonly pending: number;
}

export interface JudgeOptions extends Pick<AuditOptions, 'isPending' | 'canHaveExpired' | 'rules'> {
  /** The segments of customers with a batch that could not be read: what it adds to which windows is not known. */
  readonly lost: ReadonlySet<string>;
  /** Tombstones by their keys. Nothing that they forget is judged: it is being removed. */
  readonly tombstones: ReadonlyMap<ObjectKey, Tombstone>;
  /** The keys of tombstones that cannot be read: no window of their customers is judged. */
  readonly unreadable: ReadonlySet<ObjectKey>;
}

interface WindowUnderWay {
  readonly key: ObjectKey;
  readonly comparison: WindowComparison;
  customerId: AuditedWindow['customerId'] | undefined;
  /** Since when its batches were stored; `undefined` where that is not known of all of them. */
  readonly storedSince: Date | undefined;
  readonly tombstone: Tombstone | undefined;
}

/** Looks at one window after the other, each with all that the stored batches add to it. */
export async function judgeWindows(
  { store, spool, differing, retention }: AuditPorts,
  options: JudgeOptions,
  reporter: AuditReporter,
): Promise<Judged> {
  let notAuditable = 0;
  let pending = 0;

  const judge = async ({ key, customerId, comparison, storedSince }: WindowUnderWay) => {
    if (customerId === undefined) return; // it could not be read, which is reported
    const window = { key, customerId, windowStart: windowStartOfKey(key) };
    const compared = comparison.finish();
    pending += compared.pending;
    // Where raw batches are gone, the counts cannot be judged. The ids still tell which of the other partials are missing, and
    // adding these is safe: a partial that is held is dropped, and nothing is taken away.
    const isAuditable = compared.unexplained === 0;
    const isForeign =
      !isAuditable && !options.lost.has(customerSegmentOf(key)) && !options.canHaveExpired(storedSince);
    if (isForeign) {
      reporter.found({ kind: 'partials-foreign', ...window, partials: compared.unexplained });
    } else if (!isAuditable) {
      notAuditable += 1;
      reporter.found({ kind: 'not-auditable', ...window, partials: compared.unexplained });
    }
    const isRight = !isAuditable || compared.details.length === 0;
    if (!isRight) reporter.found({ kind: 'counts-differ', ...window, details: compared.details });
    const lack = await reportMissing(window, compared, { store, retention }, reporter);
    const differences = (isRight ? 0 : 1) + (isForeign ? 1 : 0) + (lack === 'nothing' ? 0 : 1);
    if (differences === 0) return;
    const ofMissing = lack === 'partials' ? 'add' : undefined;
    const ofAuditable = isRight ? ofMissing : 'recount';
    differing.add({ key, differences, remedy: isForeign ? 'rebuild' : ofAuditable });
  };

  reporter.begin('comparison', spool.lines);
  let underWay: WindowUnderWay | undefined;
  // Asked after everything was read: what was deleted meanwhile has expired by now.
  const horizon = await retention?.horizon();
  for (const text of spool.sorted()) {
    const line = parseLine(text);
    const { windowKey } = line;
    const isExpired = horizon !== undefined && windowStartOfKey(windowKey) < horizon;
    if (isExpired || options.unreadable.has(tombstoneKeyOfWindow(windowKey))) {
      reporter.done();
      continue;
    }
    if (windowKey !== underWay?.key) {
      if (underWay !== undefined) await judge(underWay);
      underWay = begin(line, options, differing, reporter);
    }
    if (line.kind === 'contribution' && !isForgotten(line.contribution.storedAt, underWay.tombstone)) {
      underWay.comparison.add(line.contribution);
    }
    reporter.done();
  }
  if (underWay !== undefined) await judge(underWay);
  return { notAuditable, pending };
}

function begin(
  line: SpooledLine,
  { isPending, tombstones, rules }: JudgeOptions,
  differing: DifferingWindows,
  reporter: AuditReporter,
): WindowUnderWay {
  const key = line.windowKey;
  const tombstone = tombstones.get(tombstoneKeyOfWindow(key));
  const compare = (window: WindowAggregate | undefined) =>
    compareWindow(window, { isPending, rulesVersion: rules.version });
  const nothing = { key, tombstone, storedSince: undefined, comparison: compare(undefined) };
  if (line.kind === 'contribution') return { ...nothing, customerId: line.contribution.partial.customerId };
  try {
    const window = decodeSnapshot(key, line.snapshot);
    const { customerId, storedSince } = window;
    if (isFromBefore(window, tombstone)) return { ...nothing, customerId };
    return { key, customerId, tombstone, storedSince, comparison: compare(window) };
  } catch (error) {
    if (!(error instanceof UnreadableFormat)) throw error;
    reporter.found({ kind: 'window-unreadable', key, reason: error.message });
    differing.add({ key, differences: 1, remedy: undefined });
    return { ...nothing, customerId: undefined };
  }
}

/**
 * The window that was spooled.
 * @throws UnreadableFormat  it could not be read, is damaged, or belongs elsewhere
 */
export function decodeSnapshot(key: ObjectKey, snapshot: WindowSnapshot): WindowAggregate {
  if (snapshot.etag === undefined) throw new UnreadableFormat(snapshot.reason);
  const window = decodeWindow(snapshot.body);
  if (minuteKey(window.customerId, window.windowStart) !== key) {
    throw new UnreadableFormat('A window is at the place of another one.');
  }
  return window;
}

/** Reports the missing partials, if the window has not got them since it was spooled. @returns what could not be read */
async function reportMissing(
  window: AuditedWindow,
  { missing }: ComparedWindow,
  { store, retention }: { readonly store: ObjectReader; readonly retention: Retention | undefined },
  reporter: AuditReporter,
): Promise<'nothing' | 'partials' | 'the window'> {
  if (missing.length === 0) return 'nothing';
  try {
    const object = await store.get(window.key);
    const held = object === undefined ? Buffer.alloc(0) : decodeWindow(object.body).partialIds;
    const stillMissing = unseen(held, missing);
    if (stillMissing.length === 0) return 'nothing';
    if (retention !== undefined && window.windowStart < (await retention.horizon())) return 'nothing';
    const batches = [...new Set(stillMissing.map(({ batchKey }) => batchKey))].slice(0, maxNamed);
    const requests = stillMissing.reduce((sum, each) => sum + each.requests, 0);
    const partials = stillMissing.length;
    reporter.found({ kind: 'partials-missing', ...window, partials, requests, batches });
    return 'partials';
  } catch (error) {
    if (!(error instanceof UnreadableFormat || error instanceof Unavailable)) throw error;
    reporter.found({ kind: 'window-unreadable', key: window.key, reason: reasonOf(error) });
    return 'the window';
  }
}
