import type { ObjectKey } from '../domain/keys.ts';

/** The age of objects, for a store without lifecycle rules that delete by age, as S3 has. */
export interface AgedObjects {
  /**
   * Returns when the object was last written; `undefined` if it does not exist.
   * @throws Unavailable  the store cannot be read now
   */
  writtenAt(key: ObjectKey): Promise<Date | undefined>;
}
