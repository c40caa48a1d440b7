import { validateHeaderName, validateHeaderValue } from 'node:http';
import { BadArguments } from './command-line.ts';

/** Headers that the program sets for each batch: another value would make it another batch. */
const ownHeaders = new Set([
  'content-type',
  'content-encoding',
  'content-length',
  'idempotency-key',
  'x-customer-id',
]);

/**
 * Reads headers of the form `name: value`. Error messages leave out the values, which are secret.
 * @throws BadArguments
 */
export function headersOf(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts) {
    const colon = text.indexOf(':');
    const name = text.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const value = text.slice(colon + 1).trim();
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (cause) {
      throw new BadArguments('--header must be a name, a colon and a value.', { cause });
    }
    if (ownHeaders.has(name)) throw new BadArguments(`--header cannot set ${name}.`);
    headers[name] = value;
  }
  return headers;
}
