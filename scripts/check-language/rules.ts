import type { Text } from './read-texts.ts';

/** A pattern that no text may contain, where a space stands for any white space; and advice on better words. */
export interface Rule {
  readonly pattern: RegExp;
  readonly advice: string;
  /** A pattern of texts that the rule does not hold for. */
  readonly unless?: RegExp;
  /** The kinds of text that it holds for; absent for all. */
  readonly kinds?: readonly Text['kind'][];
}

const determiner =
  '(?:an?|the|its|his|her|their|each|every|any|no|this|that|these|those|all|both|another|which)';

/**
 * Banned openings and words. Each pattern is narrow on purpose: a check that cries wolf is soon ignored. For example,
 * "notice" alone passes, since a licence has one, and clients notice things.
 */
export const rules: readonly Rule[] = [
  {
    pattern: /^\s*(?:What|How|Where|Of|So|Whether|By|Whom?|Whose|Which|That|As|Than)\b/,
    kinds: ['docstring'],
    advice: 'Start with a verb in the third person ("Returns …") or, for a type, with a noun phrase.',
  },
  {
    pattern: new RegExp(
      String.raw`\b${determiner} notices?\b(?! (?:that|how|when|if|nothing))|\bnotices (?:of|are|were|have|wait|come)\b`,
      'i',
    ),
    unless: /\b(?:copyright|licen[cs]es?)\b/i,
    advice: 'Say "notification", or "message" for one that waits on a queue.',
  },
  { pattern: /\bhopeless(?:ly)?\b/i, advice: 'Say "failed", or that the record can never be applied.' },
  {
    pattern:
      /\brecords?(?: that (?:was|were|is|are))? set[ -]aside\b|\bsets? (?:a|the|such) records? aside\b/i,
    advice: 'Say "failed record"; entries, not records, are set aside.',
  },
  {
    pattern: /\b(?:un)?mend(?:s|ed|ing)?\b/i,
    advice: 'Say "repair" (audit) or "fix" (a person).',
  },
  { pattern: /\breckon(?:s|ed|ing)?\b/i, advice: 'Say "estimate", "calculate" or "assume".' },
  { pattern: /\bintake\b/i, advice: 'Say "admission".' },
  { pattern: /\b(?:an|each|every|one|no) insight\b(?! stream)/i, advice: 'Say "partial".' },
  {
    pattern: /\b(?:minute|hour|day|time|window)[ -]buckets?\b/i,
    advice: 'Say "window".',
  },
  {
    pattern: /\b(?:is|are|was|were) (?:not )?to be (?:said|told)\b|\bbe had\b/i,
    advice: 'Say what happens: "is not available", "could not be read".',
  },
  { pattern: /\bit is told (?!to\b|otherwise\b)|\btold as\b/i, advice: 'Say who reports what.' },
  {
    pattern: /\bbut for\b/i,
    // "Not for reads, but for writes" is fine.
    unless: /\b(?:not|no|only|never|nothing|nobody|none)\b/i,
    advice: 'Say "except" or "except for".',
  },
  { pattern: /\bas no (?:root|user)\b/i, advice: 'Say "without root rights", or who it runs as.' },
  { pattern: /\bof which it is\b/i, advice: 'Start with the subject of the sentence.' },
  { pattern: /\bwhat (?:it|one|they) (?:goes|go) by\b/i, advice: 'Say what it depends on.' },
];
