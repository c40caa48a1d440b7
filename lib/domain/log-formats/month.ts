/**
 * The starts of the names of months: English, and those of German, French, Spanish, Italian, Portuguese and Dutch that differ.
 * Some servers of Java write times in the language of the system.
 */
const starts: readonly (readonly string[])[] = [
  ['jan', 'ene', 'gen'],
  ['feb', 'fev', 'fév'],
  ['mar', 'mär', 'mrz', 'maa', 'mrt'],
  ['apr', 'avr', 'abr'],
  ['may', 'mai', 'mag', 'mei'],
  ['jun', 'juin', 'giu'],
  ['jul', 'juil', 'lug'],
  ['aug', 'aoû', 'ago'],
  ['sep', 'set'],
  ['oct', 'okt', 'ott', 'out'],
  ['nov'],
  ['dec', 'dez', 'déc', 'dic'],
];
const months = new Map(starts.flatMap((names, index) => names.map((name) => [name, index + 1] as const)));

/** Returns the month, 1–12, of a name or of its start; `undefined` for another text. */
export function monthOf(name: string): number | undefined {
  const lower = name.toLowerCase();
  return months.get(lower.slice(0, 3)) ?? months.get(lower.slice(0, 4));
}
