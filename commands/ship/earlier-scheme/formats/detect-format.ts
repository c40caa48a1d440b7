import type { LineFormat } from './line-format.ts';

/** A log whose first lines fit no known format; the message has one of them. */
export class UnknownFormat extends Error {
  override readonly name = 'UnknownFormat';
}

/**
 * Returns the format that fits most of these lines; the first of equally likely ones.
 * @throws UnknownFormat
 */
export function detectFormat(lines: readonly string[], formats: readonly LineFormat[]): LineFormat {
  const ranked = formats
    .map((format) => ({ format, lines: lines.filter((line) => format.recognises(line)).length }))
    .filter(({ lines }) => lines > 0)
    .sort((a, b) => b.lines - a.lines);
  const [best] = ranked;
  if (best !== undefined) return best.format;
  const names = formats.map(({ name }) => name).join(', ');
  const example = JSON.stringify((lines.find((line) => !line.startsWith('#')) ?? '').slice(0, 120));
  throw new UnknownFormat(
    `This is in none of the formats ${names}: ${example}. See docs/reference/formats.md.`,
  );
}
