/** Number of escapes up to which this is faster than `JSON.parse`, which has a cost for each call. */
const mostByHand = 2;
const longest = 128;

const meanings: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Returns the text that the inside of a JSON string stands for. It is known to be valid. Most paths and agents that have
 * an escape are short and have one or two, for which this takes a third of the time of `JSON.parse`.
 */
export function unescape(inside: string): string {
  let text = '';
  let at = 0;
  for (let escapes = 0; ; escapes++) {
    const escape = inside.indexOf('\\', at);
    if (escape < 0) return text + inside.slice(at);
    if (escapes === mostByHand || inside.length > longest) return JSON.parse(`"${inside}"`) as string;
    const meaning = meanings[inside.charAt(escape + 1)];
    const character =
      meaning ?? String.fromCharCode(Number.parseInt(inside.slice(escape + 2, escape + 6), 16));
    text += inside.slice(at, escape) + character;
    at = escape + (meaning === undefined ? 6 : 2);
  }
}
