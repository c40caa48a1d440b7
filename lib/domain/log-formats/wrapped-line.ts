import { parseJson } from '../../parse-json.ts';

/** A request in quotes that a table doubled. */
const requestInTable = /""[A-Z]{3,16} [^"]{1,8192} HTTP\/[\d.]{1,4}""/;
const escape = '\u001b';
// The escape is the character to look for.
// oxlint-disable-next-line no-control-regex
const colors = /\u001b\[[\d;]{0,16}m/g;

/** Returns the line within a text of JSON, or in a cell of a table (CSV), whose quotes are doubled. */
export function unwrapLine(line: string): string | undefined {
  if (line.startsWith('"') && line.endsWith('"') && line.includes('\\"')) {
    const text = parseJson(line);
    if (typeof text === 'string') return text.trim();
  }
  return requestInTable.test(line) ? line.replaceAll('""', '"') : undefined;
}

/** Removes the colours that programs write for terminals. */
export function withoutColors(line: string): string {
  return line.includes(escape) ? line.replaceAll(colors, '') : line;
}
