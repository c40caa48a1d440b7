export const csvContentType = 'text/csv; charset=utf-8; header=present';

/** Returns a cell; text is quoted if necessary. */
export type CsvCell = string | number | boolean;

/**
 * Finds places where a spreadsheet could see the start of a formula: the start of a cell, and the text behind a
 * character that separates cells in some countries instead of the comma (the semicolon in much of Europe). White
 * space before the formula makes no difference.
 */
const startOfFormula = /^(?=[\t\r\n])|(?:^|[;\t\r\n])(?=[=+\-@＝＋－＠])/g;
const needsQuotes = /[",;\t\r\n]|^\s|\s$/;

/** Returns a row in the form of RFC 4180, with its line break. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Keeps a spreadsheet from running text of strangers, such as paths and agents, as a formula: a `'` in front makes it
 * text (OWASP, CSV injection). JSON answers have the keys unchanged.
 */
function csvCell(cell: CsvCell): string {
  if (typeof cell !== 'string') return String(cell);
  const text = cell.replace(startOfFormula, "$&'");
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
