import { CountsTooLarge } from '../errors.ts';

/**
 * Adds two counts that must stay exact.
 * @throws CountsTooLarge  the sum exceeds 2^53 − 1
 */
export function exactSum(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isSafeInteger(sum)) throw new CountsTooLarge();
  return sum;
}

/**
 * Adds two counts of windows that are only read. A larger sum becomes 2^53 − 1: a forged minute, which the audit
 * reports, must not make its hour, its day or a total unreadable.
 */
export function saturatedSum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
