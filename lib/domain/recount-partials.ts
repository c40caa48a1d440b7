import { countEntries } from './count-entries.ts';
import type { CountingRules } from './counting-rules.ts';
import type { LogEntry } from './log-entry.ts';
import type { WindowPartial } from './partial.ts';
import { minutesOf } from './summarise.ts';
import { windowStartOf, type WindowStart } from './window.ts';

/**
 * Counts the entries of stored partials by other rules. Partials keep everything else: ids, requests, and which of the entries
 * of its minute each of them counts.
 * @param partials  partials of one batch; those of one minute are all there or none, in order of their parts
 * @param entries   the entries of the batch that were accepted
 * @returns a partial for each, in the same order; `undefined` where these rules read other numbers of entries in its minute
 */
export function recountPartials(
  partials: readonly WindowPartial[],
  entries: readonly LogEntry[],
  rules: CountingRules,
): (WindowPartial | undefined)[] {
  const requests = new Map<WindowStart, number>();
  for (const partial of partials) {
    requests.set(partial.windowStart, (requests.get(partial.windowStart) ?? 0) + partial.requests);
  }
  const entriesOf = new Map<WindowStart, readonly LogEntry[]>();
  for (const [minute, those] of minutesOf(entries)) {
    const windowStart = windowStartOf(minute);
    if (requests.get(windowStart) === those.length) entriesOf.set(windowStart, those);
  }
  const counted = new Map<WindowStart, number>();
  return partials.map((partial) => {
    const { windowStart } = partial;
    const those = entriesOf.get(windowStart);
    if (those === undefined) return undefined;
    const from = counted.get(windowStart) ?? 0;
    counted.set(windowStart, from + partial.requests);
    const share = those.slice(from, from + partial.requests);
    return { ...partial, ...countEntries(share, rules) };
  });
}
