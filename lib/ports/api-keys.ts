import type { CustomerId } from '../domain/customer-id.ts';

/** Whose key is whose. What is kept of a key is its hash alone. */
export interface ApiKeys {
  /**
   * The customer of a key, or `undefined` where it is nobody's.
   * @throws Unavailable  it cannot be looked up now
   */
  customerOf(apiKey: string): Promise<CustomerId | undefined>;
}
