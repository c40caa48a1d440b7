import { NewerFormat, UnreadableFormat } from '../errors.ts';
import type { ObjectKey } from './keys.ts';

/**
 * Decodes the object at a key. The message of its errors begins with the key, so that an operator knows where to look.
 * @throws UnreadableFormat  damaged
 * @throws NewerFormat       written by a newer version of this program
 */
export function decodeObject<T>(key: ObjectKey, body: Buffer, decode: (body: Buffer) => T): T {
  try {
    return decode(body);
  } catch (error) {
    if (!(error instanceof UnreadableFormat)) throw error;
    const Failure = error instanceof NewerFormat ? NewerFormat : UnreadableFormat;
    throw new Failure(`${key}: ${error.message}`, { cause: error });
  }
}
