import type { Problem } from '../errors.ts';
import type { LogEntry } from './log-entry.ts';
import type { ParsedBatch } from './parse-batch.ts';
import { maxEntriesDescribed, RejectedEntries } from './rejected-entries.ts';
import type { WindowStart } from './window.ts';

/** Counts the entries in windows before the horizon, and describes the first of them. */
export function problemsOfExpired(
  { entries, indexes }: Pick<ParsedBatch, 'entries' | 'indexes'>,
  horizon: WindowStart,
): { readonly expired: number; readonly problems: readonly Problem[] } {
  const firstKept = firstKeptMinute(horizon);
  const problems: Problem[] = [];
  let expired = 0;
  let place = -1;
  for (const { minute } of entries) {
    place += 1;
    if (minute >= firstKept) continue;
    expired += 1;
    if (expired > maxEntriesDescribed) continue;
    problems.push({ index: indexes?.[place] ?? place, ...tooOld(horizon) });
  }
  return { expired, problems };
}

/** Moves the entries in windows before the horizon to the rejected ones. */
export function setExpiredAside(
  { entries, indexes, rejected }: ParsedBatch,
  horizon: WindowStart,
): ParsedBatch {
  const firstKept = firstKeptMinute(horizon);
  const keptEntries: LogEntry[] = [];
  const keptIndexes: number[] = [];
  const all = new RejectedEntries();
  const earlier = rejected.indexes();
  let next = earlier.next();
  const takeEarlier = (before: number): void => {
    for (; next.done !== true && next.value < before; next = earlier.next()) {
      const index = next.value;
      const problems = all.isDescribed ? [] : rejected.details.filter((detail) => detail.index === index);
      all.add(index, { problems });
    }
  };
  const expired = { problems: [tooOld(horizon)] };
  for (const [place, entry] of entries.entries()) {
    const index = indexes?.[place] ?? place;
    if (entry.minute >= firstKept) {
      keptEntries.push(entry);
      keptIndexes.push(index);
    } else {
      takeEarlier(index);
      all.add(index, expired);
    }
  }
  takeEarlier(Infinity);
  return { entries: keptEntries, indexes: keptIndexes, rejected: all };
}

/** Returns the minute as a number: formatting each entry's window would take longer than all other work on it. */
function firstKeptMinute(horizon: WindowStart): number {
  return Date.parse(horizon) / 60_000;
}

function tooOld(horizon: WindowStart) {
  return { field: 'receivedAt', reason: `is too old: nothing before ${horizon} is kept` };
}
