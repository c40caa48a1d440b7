import type { AuditOptions } from '../../lib/pipeline/audit/audit-ports.ts';

/** The days that raw batches are kept; they decide what an audit may conclude from a missing one. */
export type RawBatches =
  | { readonly kind: 'forever' }
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'unknown' };

const dayMilliseconds = 86_400_000;

/**
 * Returns a function that says whether raw batches stored since an instant may have expired. For a number of days, it
 * allows for clocks that differ by up to a whole day.
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
