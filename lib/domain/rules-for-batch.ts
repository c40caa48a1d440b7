import type { CountingRules } from './counting-rules.ts';
import type { LogEntry } from './log-entry.ts';
import { otherFamily } from './user-agent.ts';

/** About what it takes to find the family of an agent, in units of 40 ns: so many, and one more for each character. */
const unitsPerAgent = 60;
/** Enough for 1,500 agents of browsers in any batch, and for 2,200 in one of 12,000 entries. */
const unitsPerBatch = 265_000;
const unitsPerEntry = 10;

/**
 * The rules as they hold for the entries of one batch. Finding the family of an agent takes up to a hundred times as
 * long as all else that is done for an entry, which does not matter where few agents send most entries. In a batch that
 * has thousands of different ones, families are found in the order of the entries as long as that takes no longer than
 * the batch itself; the agents that are left are `Other`. It follows from the entries alone, so an audit finds the same.
 */
export function rulesForBatch(rules: CountingRules, entries: readonly LogEntry[]): CountingRules {
  let unitsLeft = unitsPerBatch + unitsPerEntry * entries.length;
  const families = new Map<string, string>();
  for (const { userAgent } of entries) {
    if (families.has(userAgent)) continue;
    unitsLeft -= unitsPerAgent + userAgent.length;
    families.set(userAgent, unitsLeft >= 0 ? rules.userAgentFamily(userAgent) : otherFamily);
  }
  return { ...rules, userAgentFamily: (userAgent) => families.get(userAgent) ?? otherFamily };
}
