import type { ObjectKey } from '../domain/keys.ts';

/** Announces that windows were written or deleted, where the store does not announce its changes by itself. */
export interface WindowNotifier {
  /**
   * Sends a notification for each window, durably. Several for one change do no harm.
   * @throws Unavailable  they cannot be sent now; some may have been, and it is safe to repeat
   */
  notify(keys: readonly ObjectKey[]): Promise<void>;
}
