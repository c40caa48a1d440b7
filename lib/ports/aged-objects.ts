import type { ObjectKey } from '../domain/keys.ts';

/** The age of objects, of a store without lifecycle rules that would delete them by it, as S3 has. */
export interface AgedObjects {
  /**
   * When the object was last written; `undefined` where there is none.
   * @throws Unavailable  it cannot be read now
   */
  writtenAt(key: ObjectKey): Promise<Date | undefined>;
}
