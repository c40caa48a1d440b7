import { invalidEntries, type InvalidEntries } from '../../lib/domain/invalid-entries.ts';
import { InvalidRequest } from '../../lib/errors.ts';
import type { HttpRequest } from './http.ts';

/**
 * Returns the treatment of invalid entries that a request asks for: by the parameter `invalid`, or else by the header
 * `x-invalid-entries`.
 * @throws InvalidRequest  neither `reject` nor `set-aside`
 */
export function givenInvalidEntries({ query, headers }: HttpRequest): InvalidEntries | undefined {
  const given = query['invalid'];
  if (given !== undefined) return parse('parameter', 'invalid', given);
  const header = headers['x-invalid-entries'];
  return header === undefined ? undefined : parse('header', 'x-invalid-entries', header);
}

function parse(kind: string, field: string, text: string): InvalidEntries {
  const found = invalidEntries.find((treatment) => treatment === text);
  if (found !== undefined) return found;
  const reason = 'must be reject or set-aside';
  throw new InvalidRequest(`The ${kind} ${field} ${reason}.`, [{ field, reason }]);
}
