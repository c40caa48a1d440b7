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
  const names = listOf(missing.map(({ name }) => name));
  const fields = listOf(missing.map(({ field }) => `“${field}”`));
  return `No ${names} in this period: to see them, send ${fields} with each entry.`;
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
