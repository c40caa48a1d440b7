import type { Problem } from '../errors.ts';
import type { LogEntry } from './log-entry.ts';
import type { WindowStart } from './window.ts';

/** The same number as for other invalid entries. */
const maxEntriesDescribed = 10;

/** Counts the entries in windows before the horizon, and describes the first of them. */
export function problemsOfExpired(
  entries: readonly LogEntry[],
  horizon: WindowStart,
): { readonly expired: number; readonly problems: readonly Problem[] } {
  // Minutes are compared as numbers: formatting each entry's window would take longer than all other work on it.
  const firstKeptMinute = Date.parse(horizon) / 60_000;
  const problems: Problem[] = [];
  let expired = 0;
  let index = -1;
  for (const { minute } of entries) {
    index += 1;
    if (minute >= firstKeptMinute) continue;
    expired += 1;
    if (expired > maxEntriesDescribed) continue;
    problems.push({ index, field: 'receivedAt', reason: `is too old: nothing before ${horizon} is kept` });
  }
  return { expired, problems };
}
