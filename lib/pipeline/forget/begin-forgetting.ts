import type { CustomerId } from '../../domain/customer-id.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { isUnknown, surveyCustomer, type CustomerSurvey } from './survey-customer.ts';
import { writeTombstone } from './write-tombstone.ts';

export interface BegunForgetting {
  readonly found: CustomerSurvey;
  /** `undefined` if the customer has no data, so that there is nothing to forget. */
  readonly tombstone: Tombstone | undefined;
}

/**
 * Surveys a customer's data, and decides what is forgotten of it. From then on none of that is counted any more;
 * `forgetCustomer` removes it.
 */
export async function beginForgetting(
  customerId: CustomerId,
  { store, clock }: { readonly store: ObjectStore; readonly clock: Clock },
): Promise<BegunForgetting> {
  const found = await surveyCustomer(customerId, store);
  if (isUnknown(found)) return { found, tombstone: undefined };
  return { found, tombstone: await writeTombstone(customerId, found.lastStoredAt, store, clock.now()) };
}
