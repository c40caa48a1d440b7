import type { AuditOptions } from '../../lib/pipeline/audit/audit-ports.ts';

/** For how many days raw batches are kept; what an audit may conclude from one that is not there depends on it. */
export type RawBatches =
  | { readonly kind: 'forever' }
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'unknown' };

const dayMilliseconds = 86_400_000;

/**
 * Makes what tells whether raw batches may have expired that were stored since an instant. For days it is allowed for
 * clocks that differ, up to a whole one.
 */
export function expiryOf(rawBatches: RawBatches, now: Date): AuditOptions['canHaveExpired'] {
  switch (rawBatches.kind) {
    case 'forever':
      return () => false;
    case 'unknown':
      return () => true;
    case 'days': {
      const keptSince = now.getTime() - (rawBatches.days - 1) * dayMilliseconds;
      return (storedSince) => storedSince === undefined || storedSince.getTime() < keptSince;
    }
  }
}
