export const csvContentType = 'text/csv; charset=utf-8; header=present';

/** A cell: text is quoted where it has to be. */
export type CsvCell = string | number | boolean;

/**
 * Finds places where a spreadsheet would see the start of a formula: the start of a cell, and the text behind a
 * character that separates cells where the comma does not (a semicolon in much of Europe). A cell that starts with
 * white space looks like another one.
 */
const startOfFormula = /^(?=[\t\r\n])|(?:^|[;\t\r\n])(?=[=+\-@＝＋－＠])/g;
const needsQuotes = /[",;\t\r\n]|^\s|\s$/;

/** Returns a row in the form of RFC 4180, with its line break. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Paths and agents are what strangers sent. A `'` before what a spreadsheet would take for a formula keeps it text
 * (OWASP, CSV injection); JSON has the keys as they are.
 */
function csvCell(cell: CsvCell): string {
  if (typeof cell !== 'string') return String(cell);
  const text = cell.replace(startOfFormula, "$&'");
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
