import type { ApiKeyRecord } from '../domain/api-key-record.ts';
import type { InstallationSecrets } from '../domain/installation-secrets.ts';

/** Records of API keys, and the secrets that sign keys. Both calls query the store each time. */
export interface ApiKeys {
  /**
   * Finds the record with a name (see `recordNameOf`); `undefined` if there is none.
   * @throws Unavailable       the store does not answer
   * @throws UnreadableFormat  the record is damaged, or a newer version wrote it
   */
  find(name: string): Promise<ApiKeyRecord | undefined>;

  /**
   * Reads the secrets, the newest first; none before the first key is made.
   * @throws Unavailable       the store does not answer
   * @throws UnreadableFormat  they are damaged, or a newer version wrote them
   */
  secrets(): Promise<InstallationSecrets>;
}
