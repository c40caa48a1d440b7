import { describe, expect, it } from 'vitest';
import { createCountingRules } from '../../lib/domain/counting-rules.ts';
import { rulesForBatch } from '../../lib/domain/rules-for-batch.ts';
import { logEntry } from '../factories.ts';

const rules = createCountingRules([]);
const browser = (version: number) =>
  `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0 Safari/537.36`;
const entriesOf = (agents: readonly string[]) => agents.map((userAgent) => logEntry({ userAgent }));

/** How many of the agents, which are all Chrome, are counted as it. */
function recognised(agents: readonly string[]): number {
  const ofBatch = rulesForBatch(rules, entriesOf(agents));
  return agents.filter((agent) => ofBatch.userAgentFamily(agent) === 'Chrome').length;
}

describe('rulesForBatch', () => {
  it('recognises 1,500 agents in a batch of as many entries, and 2,200 in one of 12,000', () => {
    const different = (count: number) => Array.from({ length: count }, (_, n) => browser(n));
    expect(recognised(different(1_500))).toBe(1_500);
    const repeated = different(2_200)
      .flatMap((agent) => [agent, agent, agent, agent, agent, agent])
      .slice(0, 12_000);
    expect(recognised(repeated)).toBe(repeated.length);
  });

  it('counts the agents as Other that come after more than that, the same ones each time', () => {
    const agents = Array.from({ length: 10_000 }, (_, n) => browser(n));
    const ofBatch = rulesForBatch(rules, entriesOf(agents));
    const families = agents.map((agent) => ofBatch.userAgentFamily(agent));
    const firstOther = families.indexOf('Other');
    expect(firstOther).toBeGreaterThan(1_800);
    expect(families.slice(firstOther)).toEqual(families.slice(firstOther).fill('Other'));
    // The families of an audit are found by other rules of the same version, when all agents have been seen before.
    const ofAudit = rulesForBatch(createCountingRules([]), entriesOf(agents));
    expect(agents.map((agent) => ofAudit.userAgentFamily(agent))).toEqual(families);
  });
});
