import type { ApiKeyRecord } from '../domain/api-key-record.ts';
import type { InstallationSecrets } from '../domain/installation-secrets.ts';

/** Records of API keys, and the secrets that keys are made under. Both calls ask the store each time. */
export interface ApiKeys {
  /**
   * Finds the record of a name (see `recordNameOf`), or `undefined` where there is none.
   * @throws Unavailable       the store does not answer
   * @throws UnreadableFormat  the record is damaged, or written by a newer version
   */
  find(name: string): Promise<ApiKeyRecord | undefined>;

  /**
   * Reads the secrets, the newest first; none where no key was made yet.
   * @throws Unavailable       the store does not answer
   * @throws UnreadableFormat  they are damaged, or written by a newer version
   */
  secrets(): Promise<InstallationSecrets>;
}
