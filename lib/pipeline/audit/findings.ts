import type { CustomerId } from '../../domain/customer-id.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import type { WindowName } from '../../domain/roll-up.ts';
import type { WindowStart } from '../../domain/window.ts';

/** A window, as findings name it. */
export interface AuditedWindow {
  readonly key: ObjectKey;
  readonly customerId: CustomerId;
  readonly windowStart: WindowStart;
}

/** An hour or a day, as findings name it. */
export interface AuditedRollUp extends WindowName {
  readonly key: ObjectKey;
}

/** An entry of the index of customers, as findings name it. */
export interface AuditedIndex {
  readonly key: ObjectKey;
  readonly customerId: CustomerId;
}

/** Something that is not as the stored batches say it should be. */
export type Difference =
  /** Not a batch, or a damaged one: its effect on windows is unknown. */
  | { readonly kind: 'batch-unreadable'; readonly key: ObjectKey; readonly reason: string }
  /** The entries of a batch say something else than its header, by which it was counted. */
  | { readonly kind: 'batch-disagrees'; readonly key: ObjectKey; readonly details: readonly string[] }
  | { readonly kind: 'window-unreadable'; readonly key: ObjectKey; readonly reason: string }
  /** Nobody knows what is forgotten of the customer, so its minutes are not judged. */
  | { readonly kind: 'tombstone-unreadable'; readonly key: ObjectKey; readonly reason: string }
  /** Stored batches are not counted in a window, and had the time to be. */
  | (AuditedWindow & {
      readonly kind: 'partials-missing';
      readonly partials: number;
      readonly requests: number;
      /** The keys of some of these batches. */
      readonly batches: readonly ObjectKey[];
    })
  /** A window counts what no batch can have added: none of its raw batches can have expired, and no stored one has it. */
  | (AuditedWindow & { readonly kind: 'partials-foreign'; readonly partials: number })
  /** The counts of a window are not the sum of what it says it counts. */
  | (AuditedWindow & { readonly kind: 'counts-differ'; readonly details: readonly string[] })
  /** An hour or a day is missing; its parts have this number of requests. */
  | (AuditedRollUp & { readonly kind: 'roll-up-missing'; readonly requests: number })
  /** It is not the sum of its parts. */
  | (AuditedRollUp & { readonly kind: 'roll-up-differs'; readonly details: readonly string[] })
  /** A customer is missing in the index of customers; it has this number of days. */
  | (AuditedIndex & { readonly kind: 'index-missing'; readonly days: number })
  /** Days of the entry are not those of the customer's windows. */
  | (AuditedIndex & { readonly kind: 'index-differs'; readonly details: readonly string[] })
  /** An entry of a customer who has no windows. */
  | (AuditedIndex & { readonly kind: 'index-left' })
  | { readonly kind: 'index-unreadable'; readonly key: ObjectKey; readonly reason: string }
  /** The read model does not have a window as the store does. */
  | { readonly kind: 'model-differs'; readonly key: ObjectKey };

/** Finding of an audit; only a `Difference` speaks against the counts. */
export type Finding =
  | Difference
  /** Number of counted partials whose raw batches are gone. */
  | (AuditedWindow & { readonly kind: 'not-auditable'; readonly partials: number });

/** Number of items that a finding names; there may be more. */
export const maxNamed = 5;
