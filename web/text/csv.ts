/** A byte order mark: by it, spreadsheets take the file for UTF-8. */
const byteOrderMark = '\uFEFF';

/** What a spreadsheet takes for the start of a formula (OWASP, CSV Injection). */
const formulaStart = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

export type CsvCell = string | number;

/** A table as RFC 4180 has it. Text that a spreadsheet would run as a formula gets an apostrophe in front of it. */
export function toCsv(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(toCell).join(','));
  return `${byteOrderMark}${lines.join('\r\n')}\r\n`;
}

function toCell(cell: CsvCell): string {
  if (typeof cell === 'number') return String(cell);
  const text = formulaStart.test(cell) ? `'${cell}` : cell;
  return /[",;\t\r\n']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
