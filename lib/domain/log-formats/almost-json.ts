const quote = 0x22;
const backslash = 0x5c;
const validEscape = /\\(?:["\\/bfnrt]|u[0-9a-f]{4})/iy;
const hexEscapes = /^(?:\\x[0-9a-f]{2})+/i;
const validValue = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
/** The end of a value without quotes: before the next field, or the end of the object. */
const endOfValue = /,\s*"|,?\s*\}|$/g;
const commaAtEnd = /^,\s*\}/;
const maxEscapeBytes = 4_096;

/**
 * Turns what servers write in place of JSON into JSON, in one pass: `\xHH` in texts, which are bytes of UTF-8 (nginx without
 * `escape=json`, Apache); unescaped control characters and quotes in texts; a comma before the end; and values without quotes that are no
 * numbers: nothing, `-`, `000`, or several numbers (`0.1, 0.2`).
 */
export function repairJson(text: string): string {
  let repaired = '';
  let copiedTo = 0;
  let isInText = false;
  const replace = (start: number, end: number, by: string): void => {
    repaired += text.slice(copiedTo, start) + by;
    copiedTo = end;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      if (isInText && !endsText(text, at + 1)) replace(at, at, '\\');
      else isInText = !isInText;
    } else if (isInText && code === backslash) {
      const [escapes] = hexEscapes.exec(text.slice(at, at + maxEscapeBytes)) ?? [];
      if (escapes === undefined) {
        validEscape.lastIndex = at;
        if (!validEscape.test(text)) replace(at, at, '\\');
        at += 1;
        continue;
      }
      const bytes = Buffer.from(escapes.replaceAll(/\\x/gi, ''), 'hex');
      replace(at, at + escapes.length, JSON.stringify(bytes.toString()).slice(1, -1));
      at += escapes.length - 1;
    } else if (isInText && code < 0x20) {
      replace(at, at + 1, JSON.stringify(text.charAt(at)).slice(1, -1));
    } else if (!isInText && text[at] === ':' && isBare(text, at + 1)) {
      endOfValue.lastIndex = at + 1;
      const { index: end } = endOfValue.exec(text) ?? { index: text.length };
      const value = text.slice(at + 1, end).trim();
      if (!validValue.test(value)) {
        replace(at + 1, end, value === '' || value === '-' ? 'null' : JSON.stringify(value));
      }
      at = end - 1;
    } else if (!isInText && text[at] === ',' && commaAtEnd.test(text.slice(at, at + 16))) {
      replace(at, at + 1, '');
    }
  }
  return copiedTo === 0 ? text : repaired + text.slice(copiedTo);
}

/** Returns whether the end of a text may stand before `at`: a colon, a comma or the end of an object or a list follows. */
function endsText(text: string, at: number): boolean {
  let next = at;
  while (text[next] === ' ' || text[next] === '\t') next += 1;
  return next >= text.length || ':,}]'.includes(text.charAt(next));
}

/** Returns whether a value begins here that is neither a text nor an object nor a list. */
function isBare(text: string, start: number): boolean {
  let at = start;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return !'"{['.includes(text[at] ?? '"');
}
