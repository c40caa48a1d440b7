import { isSource } from '../../lib/domain/batch-id.ts';
import { InvalidRequest } from '../../lib/errors.ts';
import type { HttpRequest } from './http.ts';

/**
 * Returns the machine or log that a batch is from, if its header says so.
 * @throws InvalidRequest  the header cannot name a source
 */
export function givenSource({ headers }: HttpRequest): string | undefined {
  const source = headers['x-source'];
  if (source === undefined || isSource(source)) return source;
  const reason = 'must be 1–255 visible ASCII characters';
  throw new InvalidRequest(`The header x-source ${reason}.`, [{ field: 'x-source', reason }]);
}
