import type { Problem } from '../errors.ts';
import type { LogEntry } from './log-entry.ts';
import type { WindowStart } from './window.ts';

/** As many as of other invalid entries. */
const maxEntriesDescribed = 10;

/** How many entries are of windows before the horizon, and what is wrong with the first of them. */
export function problemsOfExpired(
  entries: readonly LogEntry[],
  horizon: WindowStart,
): { readonly expired: number; readonly problems: readonly Problem[] } {
  // As numbers: to word each entry's window would take longer than all else that is done with it.
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
