/** SPDX identifiers (https://spdx.org/licenses/) of licences that only ask to keep their notice. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/**
 * Reports whether permissive licences alone can satisfy an SPDX licence expression: one side of an `OR` is enough, an
 * `AND` needs both. Returns false for text that is not an expression, such as `UNLICENSED` or `SEE LICENSE IN …`.
 *
 * We wrote our own parser because the libraries for it include data under licences that this check would refuse.
 */
export function isPermissive(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;

  function anyOf(): boolean {
    let met = allOf();
    while (tokens[at] === 'OR') {
      at += 1;
      met = allOf() || met;
    }
    return met;
  }

  function allOf(): boolean {
    let met = single();
    while (tokens[at] === 'AND') {
      at += 1;
      met = single() && met;
    }
    return met;
  }

  function single(): boolean {
    const token = tokens[at];
    at += 1;
    if (token === '(') {
      const met = anyOf();
      at += 1;
      return tokens[at - 1] === ')' && met;
    }
    // An exception allows more, never less.
    if (tokens[at] === 'WITH') at += 2;
    return token !== undefined && permissive.has(token);
  }

  const isMet = anyOf();
  return isMet && at === tokens.length;
}
