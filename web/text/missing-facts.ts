import type { Amounts } from '../figures/amounts.ts';

const facts = [
  { name: 'durations', field: 'durationMs', measure: 'duration' },
  { name: 'bytes', field: 'bytes', measure: 'bytes' },
  { name: 'visitors', field: 'clientIp', measure: 'visitors' },
] as const;

/** Explains how to send the facts that no entry had; empty if each was in some entry. */
export function describeMissingFacts(total: Amounts): string {
  const missing = facts.filter(({ measure }) => total[measure] === undefined);
  if (missing.length === 0) return '';
  const names = listOf('disjunction', missing, ({ name }) => name);
  const fields = listOf('conjunction', missing, ({ field }) => `“${field}”`);
  return `No ${names} in this period: to see them, send ${fields} with each entry.`;
}

type Fact = (typeof facts)[number];

function listOf(
  type: 'conjunction' | 'disjunction',
  listed: readonly Fact[],
  textOf: (fact: Fact) => string,
): string {
  return new Intl.ListFormat('en-GB', { type }).format(listed.map(textOf));
}
