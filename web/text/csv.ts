/** A byte order mark tells spreadsheets that the file is UTF-8. */
const byteOrderMark = '\uFEFF';

/** Start of a text that a spreadsheet takes for a formula (OWASP, CSV Injection). */
const formulaStart = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

export type CsvCell = string | number;

/**
 * Formats a table according to RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front.
 */
export function toCsv(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(toCell).join(','));
  return `${byteOrderMark}${lines.join('\r\n')}\r\n`;
}

function toCell(cell: CsvCell): string {
  if (typeof cell === 'number') return String(cell);
  const text = formulaStart.test(cell) ? `'${cell}` : cell;
  return /[",;\t\r\n']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
