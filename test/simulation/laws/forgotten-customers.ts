import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { decodeTombstone, isForgotten, isFromBefore, type Tombstone } from '../../../lib/domain/tombstone.ts';

/** The forgotten customers, according to the tombstones that were written. */
export class ForgottenCustomers {
  readonly #tombstones = new Map<CustomerId, Tombstone>();

  /** @returns the problem with the tombstone, or `undefined` */
  wrote(body: Buffer): string | undefined {
    const tombstone = decodeTombstone(body);
    const { customerId, before } = tombstone;
    const earlier = this.#tombstones.get(customerId);
    this.#tombstones.set(customerId, tombstone);
    return earlier !== undefined && earlier.before > before
      ? `the tombstone of ${customerId} went back`
      : undefined;
  }

  of(customerId: CustomerId): Tombstone | undefined {
    return this.#tombstones.get(customerId);
  }

  has({ customerId, storedAt }: { readonly customerId: CustomerId; readonly storedAt: Date }): boolean {
    return isForgotten(storedAt, this.#tombstones.get(customerId));
  }

  mayCount(window: {
    readonly customerId: CustomerId;
    readonly forgottenBefore?: Date | undefined;
  }): boolean {
    return isFromBefore(window, this.#tombstones.get(window.customerId));
  }

  /** Returns whether data of the customer may still have to be removed. */
  isUnderWay(customerId: CustomerId): boolean {
    const tombstone = this.#tombstones.get(customerId);
    return tombstone !== undefined && tombstone.completedAt === undefined;
  }
}
