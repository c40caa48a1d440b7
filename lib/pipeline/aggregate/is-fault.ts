import { CountsTooLarge, QuotaExceeded, Unavailable, UnreadableFormat } from '../../errors.ts';

/** Reports whether a failure is a fault of this program, which neither the store, the window nor a newer version explains. */
export function isFault(error: unknown): boolean {
  const explained = [Unavailable, QuotaExceeded, UnreadableFormat, CountsTooLarge];
  return !explained.some((type) => error instanceof type);
}
