import { customerIndexKeyOfSegment, minuteKey, windowKey, type ObjectKey } from '../../domain/keys.ts';
import { isSameDay, type CustomerDay, type CustomerIndex } from '../../domain/customer-index.ts';
import type { WindowSize, WindowStart } from '../../domain/window.ts';
import { Unavailable, UnreadableFormat } from '../../errors.ts';
import { reasonOf } from '../../reason-of.ts';
import { readCustomerDays, type ReadDays } from '../customer-index/read-customer-days.ts';
import { readCustomerIndex } from '../customer-index/read-customer-index.ts';
import { readWindowCounts } from '../roll-up/read-window-counts.ts';
import type { ObjectReader } from './audit-ports.ts';
import { maxNamed, type Difference } from './findings.ts';

export interface IndexAuditOptions {
  /** Returns whether the roll-up of what was written then may still be on its way. */
  readonly isPending: (updatedAt: Date) => boolean;
  /** Customers of an earlier version may have no entry yet. */
  readonly mayBeMissing: boolean;
  readonly horizon: WindowStart;
}

/** Compares a customer's entry of the index with its windows, as these are stored. */
export async function judgeCustomerIndex(
  segment: string,
  store: ObjectReader,
  { isPending, mayBeMissing, horizon }: IndexAuditOptions,
): Promise<Difference | 'right' | 'pending'> {
  const key = customerIndexKeyOfSegment(segment);
  try {
    const { index, etag } = await readCustomerIndex(key, store);
    const windows = await readCustomerDays(segment, horizon, store);
    if (index === undefined && etag !== undefined) {
      return {
        kind: 'index-unreadable',
        key,
        reason: 'The entry is damaged, or at the place of another one.',
      };
    }
    if (index === undefined) {
      if (windows.customerId === undefined) return 'right';
      if (mayBeMissing || isPending(windows.updatedAt)) return 'pending';
      return { kind: 'index-missing', key, customerId: windows.customerId, days: windows.days.size };
    }
    const differing = differingDays(index, windows, horizon);
    if (differing.length === 0 && (index.days.size > 0 || windows.days.size > 0)) return 'right';
    if (await someIsPending(index, differing, windows, store, isPending)) return 'pending';
    const { customerId } = index;
    if (windows.customerId === undefined) return { kind: 'index-left', key, customerId };
    const details = differing.slice(0, maxNamed).map((day) => describe(day, index, windows));
    const others = differing.length - details.length;
    if (others > 0) details.push(`${others} more days`);
    return { kind: 'index-differs', key, customerId, details };
  } catch (error) {
    if (!(error instanceof UnreadableFormat || error instanceof Unavailable)) throw error;
    return { kind: 'index-unreadable', key, reason: reasonOf(error) };
  }
}

/** Days that have not expired and are not the same on both sides, in time order. */
function differingDays(index: CustomerIndex, windows: ReadDays, horizon: WindowStart): WindowStart[] {
  const all = new Set([...index.days.keys(), ...windows.days.keys()]);
  return [...all]
    .filter((day) => day >= horizon && !isSame(index.days.get(day), windows.days.get(day)))
    .sort();
}

function isSame(a: CustomerDay | undefined, b: CustomerDay | undefined): boolean {
  return a !== undefined && b !== undefined && isSameDay(a, b);
}

/** Returns whether a differing day, or its first or last minute, was written a moment ago. */
async function someIsPending(
  { customerId, days }: CustomerIndex,
  differing: readonly WindowStart[],
  windows: ReadDays,
  store: ObjectReader,
  isPending: (updatedAt: Date) => boolean,
): Promise<boolean> {
  for (const start of differing) {
    const day = windows.days.get(start) ?? days.get(start);
    if (day === undefined) continue;
    const written: (readonly [ObjectKey, WindowSize])[] = [
      [windowKey(customerId, 'day', start), 'day'],
      [minuteKey(customerId, day.firstWindow), 'minute'],
      [minuteKey(customerId, day.lastWindow), 'minute'],
    ];
    for (const [key, size] of written) {
      const window = await readWindowCounts(key, size, store);
      if (window !== undefined && isPending(window.updatedAt)) return true;
    }
  }
  return false;
}

function describe(day: WindowStart, index: CustomerIndex, windows: ReadDays): string {
  return `${day.slice(0, 10)}: is ${dayText(index.days.get(day))}, should be ${dayText(windows.days.get(day))}`;
}

function dayText(day: CustomerDay | undefined): string {
  if (day === undefined) return 'absent';
  const { requests, errors, firstWindow, lastWindow } = day;
  return `${requests} requests and ${errors} errors from ${firstWindow} to ${lastWindow}`;
}
