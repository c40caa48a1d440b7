import type { Brand } from './brand.ts';

/** Whose traffic it is. 1–128 characters of `A–Z a–z 0–9 . _ - %`, and not `.` or `..`; case matters. */
export type CustomerId = Brand<string, 'CustomerId'>;

/** Without `.` and `..`, which are none. */
export const customerIdPattern = /^[A-Za-z0-9._%-]{1,128}$/;

/** The customer id, or `undefined` where the text is not one. */
export function parseCustomerId(text: string): CustomerId | undefined {
  const isCustomerId = customerIdPattern.test(text) && text !== '.' && text !== '..';
  return isCustomerId ? (text as CustomerId) : undefined;
}
