/** A quoted field of a line: anything but a quote, which is escaped as `\"` by Apache and as `\x22` by nginx. */
export const quoted = String.raw`"([^"\\]*(?:\\.[^"\\]*)*)"`;

const escapes = /(?:\\x[0-9a-f]{2})+|\\(.)/gi;
const percentEscapes = /(?:%[0-9a-f]{2})+/gi;
const controls: Readonly<Partial<Record<string, string>>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Decodes a quoted field: `\xhh` are bytes of UTF-8, `\n` and the like are control characters (Apache, nginx). */
export function unescapeQuoted(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(escapes, (escape, character?: string) =>
    character === undefined || /^(?:\\x[0-9a-f]{2})+$/i.test(escape)
      ? Buffer.from(escape.replaceAll(/\\x/gi, ''), 'hex').toString()
      : (controls[character] ?? character),
  );
}

/** Decodes a percent-encoded field; never fails. */
export function decodePercents(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(percentEscapes, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}
