export type Row = readonly (string | number)[];

/**
 * Prints rows as a Markdown table, as in bench/README.md: the first column left-aligned, the others right-aligned.
 */
export function printTable(title: string, header: Row, rows: readonly Row[]): void {
  const lines = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const write = (cells: readonly string[]) =>
    `| ${widths.map((width, n) => (n === 0 ? (cells[n] ?? '').padEnd(width) : (cells[n] ?? '').padStart(width))).join(' | ')} |`;
  const [first = [], ...rest] = lines;
  const ruler = `| ${widths.map((width, n) => (n === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  console.log(`\n${[title, '', write(first), ruler, ...rest.map(write)].join('\n')}`);
}
