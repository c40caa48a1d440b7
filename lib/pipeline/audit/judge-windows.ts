import { minuteKey, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { unseen } from '../../domain/packed-ids.ts';
import type { WindowAggregate } from '../../domain/window-aggregate.ts';
import { decodeWindow } from '../../domain/window-format.ts';
import { Unavailable, UnreadableFormat } from '../../errors.ts';
import type { Retention } from '../retention.ts';
import type { AuditPorts, AuditReporter, ObjectReader } from './audit.ts';
import { compareWindow, type ComparedWindow, type WindowComparison } from './compare-window.ts';
import type { DifferingWindows } from './differing-windows.ts';
import { maxNamed, type AuditedWindow } from './findings.ts';
import { reasonOf } from './reason-of.ts';
import { parseLine, type SpooledLine, type WindowSnapshot } from './spool.ts';

export interface Judged {
  /** Windows that count what no stored batch has: what they should count is not known. */
  readonly notAuditable: number;
  /** Partials of batches that are too young to be missed. */
  readonly pending: number;
}

interface WindowUnderWay {
  readonly key: ObjectKey;
  readonly comparison: WindowComparison;
  customerId: AuditedWindow['customerId'] | undefined;
}

/** Looks at one window after the other, each with all that the stored batches add to it. */
export async function judgeWindows(
  { store, spool, differing, retention }: AuditPorts,
  isPending: (storedAt: Date) => boolean,
  reporter: AuditReporter,
): Promise<Judged> {
  let notAuditable = 0;
  let pending = 0;

  const judge = async ({ key, customerId, comparison }: WindowUnderWay) => {
    if (customerId === undefined) return; // it could not be read, which is told
    const window = { key, customerId, windowStart: windowStartOfKey(key) };
    const compared = comparison.finish();
    pending += compared.pending;
    // Nothing is known of the counts where raw batches are gone. Which of the others are lacking is known all the same,
    // by their ids, and adding these is safe: what is held is dropped, and nothing is taken away.
    const isAuditable = compared.unexplained === 0;
    if (!isAuditable) {
      notAuditable += 1;
      reporter.found({ kind: 'not-auditable', ...window, partials: compared.unexplained });
    }
    const isRight = !isAuditable || compared.details.length === 0;
    if (!isRight) reporter.found({ kind: 'counts-differ', ...window, details: compared.details });
    const lack = await reportMissing(window, compared, { store, retention }, reporter);
    const differences = (isRight ? 0 : 1) + (lack === 'nothing' ? 0 : 1);
    if (differences === 0) return;
    const ofMissing = lack === 'partials' ? 'add' : undefined;
    differing.add({ key, differences, remedy: isRight ? ofMissing : 'recount' });
  };

  reporter.begin('comparison', spool.lines);
  let underWay: WindowUnderWay | undefined;
  // Asked after all was read: what is missing because it was deleted meanwhile has expired by then.
  const horizon = await retention?.horizon();
  for (const text of spool.sorted()) {
    const line = parseLine(text);
    if (horizon !== undefined && windowStartOfKey(line.windowKey) < horizon) {
      reporter.done();
      continue;
    }
    if (line.windowKey !== underWay?.key) {
      if (underWay !== undefined) await judge(underWay);
      underWay = begin(line, isPending, differing, reporter);
    }
    if (line.kind === 'contribution') underWay.comparison.add(line.contribution);
    reporter.done();
  }
  if (underWay !== undefined) await judge(underWay);
  return { notAuditable, pending };
}

function begin(
  line: SpooledLine,
  isPending: (storedAt: Date) => boolean,
  differing: DifferingWindows,
  reporter: AuditReporter,
): WindowUnderWay {
  const key = line.windowKey;
  if (line.kind === 'contribution') {
    const { customerId } = line.contribution.partial;
    return { key, customerId, comparison: compareWindow(undefined, isPending) };
  }
  try {
    const window = decodeSnapshot(key, line.snapshot);
    return { key, customerId: window.customerId, comparison: compareWindow(window, isPending) };
  } catch (error) {
    if (!(error instanceof UnreadableFormat)) throw error;
    reporter.found({ kind: 'window-unreadable', key, reason: error.message });
    differing.add({ key, differences: 1, remedy: undefined });
    return { key, customerId: undefined, comparison: compareWindow(undefined, isPending) };
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

/** Tells which partials are missing, if the window has not got them since it was spooled. @returns what could not be had */
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
