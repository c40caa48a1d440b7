const quote = 0x22;
const backslash = 0x5c;
const hexEscapes = /^(?:\\x[0-9a-f]{2})+/i;
const missingValue = /^:\s*-?\s*(?=[,}\]])/;
const maxEscapeBytes = 4_096;

/**
 * Turns what servers write in place of JSON into JSON, in one pass: `\xHH` in texts, which are bytes of UTF-8 (nginx without
 * `escape=json`, Apache); unescaped control characters in texts; and fields without a value, or with `-`, where a number
 * was expected.
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
    if (code === quote) isInText = !isInText;
    else if (isInText && code === backslash) {
      const [escapes] = hexEscapes.exec(text.slice(at, at + maxEscapeBytes)) ?? [];
      if (escapes === undefined) {
        if (!'"\\/bfnrtu'.includes(text[at + 1] ?? '')) replace(at, at, '\\');
        at += 1;
        continue;
      }
      const bytes = Buffer.from(escapes.replaceAll(/\\x/gi, ''), 'hex');
      replace(at, at + escapes.length, JSON.stringify(bytes.toString()).slice(1, -1));
      at += escapes.length - 1;
    } else if (isInText && code < 0x20) {
      replace(at, at + 1, JSON.stringify(text.charAt(at)).slice(1, -1));
    } else if (!isInText && text[at] === ':') {
      const [empty] = missingValue.exec(text.slice(at, at + 16)) ?? [];
      if (empty !== undefined) replace(at, at + empty.length, ':null');
    }
  }
  return copiedTo === 0 ? text : repaired + text.slice(copiedTo);
}
