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

/** Decodes an agent in which blanks were replaced by `+` (IIS, Azure) or percent-encoded (CloudFront, also twice). */
export function decodeAgent(text: string): string {
  if (text.includes(' ')) return text;
  if (text.includes('%20') || text.includes('%2520')) {
    const once = decodePercents(text);
    return text.includes('%2520') ? decodePercents(once) : once;
  }
  return /\+\(|[;)]\+/.test(text) ? text.replace(/\+(\+?)/g, ' $1') : text;
}
