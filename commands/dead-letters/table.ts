import type { Summary } from './describe.ts';

const maxCellLength = 120;

/** Formats the dead letters as lines with headings. */
export function table(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return 'There are no dead letters.';
  const rows = [
    ['ID', 'SINCE', 'QUEUE', 'WHAT', 'CAUSE'],
    ...summaries.map(({ id, since, queue, what, cause }) =>
      [id, since?.toISOString() ?? '', queue, what, cause].map(cell),
    ),
  ];
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((text, column) => Math.max(widest[column] ?? 0, text.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Puts a text on one line, without terminal commands: strangers wrote some of it. */
function cell(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > maxCellLength ? `${line.slice(0, maxCellLength - 1)}…` : line;
}
