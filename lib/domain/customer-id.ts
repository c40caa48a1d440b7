import type { Brand } from './brand.ts';

/**
 * The customer that entries belong to. 1–128 characters of `A–Z a–z 0–9 . _ - %`, and not `.` or `..`; case matters.
 */
export type CustomerId = Brand<string, 'CustomerId'>;

/** Also matches `.` and `..`, which are not ids. */
export const customerIdPattern = /^[A-Za-z0-9._%-]{1,128}$/;

/** Parses a customer id; returns `undefined` if the text is not one. */
export function parseCustomerId(text: string): CustomerId | undefined {
  const isCustomerId = customerIdPattern.test(text) && text !== '.' && text !== '..';
  return isCustomerId ? (text as CustomerId) : undefined;
}
