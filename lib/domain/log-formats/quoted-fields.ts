/** The rest of a line after its request, as fields between blanks, bars or commas. */
export interface Fields {
  /** The fields in quotes, still escaped; the last one also where its closing quote is missing. */
  readonly quoted: readonly string[];
  /** The fields without quotes. */
  readonly plain: readonly string[];
}

const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;
const tab = 0x09;
const bar = 0x7c;
const comma = 0x2c;

/**
 * Returns the place of the quote that ends a field, or -1. A quote within a field is escaped, or no blank follows it, or the
 * next quote closes a field, too, so that the field goes on.
 * @param start  the first character of the field's content
 */
export function endOfQuoted(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) {
      if (endsInBackslash(text, at)) return at + 1;
      at += 1;
    } else if (code === quote && endsField(text, at + 1) && !closesNext(text, at + 1)) return at;
  }
  return -1;
}

/** Splits a text into at most this many fields; what follows them is not read. */
export function splitFields(text: string, start: number, maxFields: number): Fields {
  const quoted: string[] = [];
  const plain: string[] = [];
  let at = start;
  while (quoted.length + plain.length < maxFields) {
    while (isBlank(text.charCodeAt(at))) at += 1;
    if (at >= text.length) break;
    if (text.charCodeAt(at) === quote) {
      const end = endOfQuoted(text, at + 1);
      // A damaged end: the closing quote is missing.
      if (end < 0) {
        quoted.push(text.slice(at + 1));
        break;
      }
      quoted.push(text.slice(at + 1, end));
      at = end + 1;
    } else {
      const from = at;
      while (at < text.length && !isBlank(text.charCodeAt(at))) at += 1;
      plain.push(text.slice(from, at));
    }
  }
  return { quoted, plain };
}

/**
 * Returns whether a field ends with the backslash here, as where a server escapes nothing: a blank and another quote follow,
 * which cannot be the end of the same field.
 */
function endsInBackslash(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 1) === quote &&
    isBlank(text.charCodeAt(at + 2)) &&
    text.charCodeAt(at + 3) === quote &&
    !endsField(text, at + 4)
  );
}

/** Returns whether a field may have ended before `at`; some servers write the whole line in quotes. */
function endsField(text: string, at: number): boolean {
  if (at >= text.length || isBlank(text.charCodeAt(at))) return true;
  return text.charCodeAt(at) === quote && at + 1 === text.length;
}

/**
 * Returns whether a blank stands at `at` and the next quote behind it closes a field: a word stands before it, as in
 * `"a "quoted" word"`, and not a blank or `name=`, as before a quote that opens a field.
 */
function closesNext(text: string, at: number): boolean {
  if (!isBlank(text.charCodeAt(at))) return false;
  const next = text.indexOf('"', at);
  return next >= 0 && !opensField.test(text.charAt(next - 1));
}

/** Matches what may stand before a quote that opens a field, and the backslash of one that does nothing. */
const opensField = /[\s|,=:;[({\\]/;

/** Returns whether a character separates fields; some logs have bars or commas. */
export function isBlank(code: number): boolean {
  return code === space || code === tab || code === bar || code === comma;
}
