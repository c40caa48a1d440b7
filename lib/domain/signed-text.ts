import { createHmac, timingSafeEqual } from 'node:crypto';

/** Characters of a MAC: 128 bits in hex. */
const macLength = 32;

/** Appends `_` and a MAC to a text. */
export function signText(text: string, secret: Uint8Array | string): string {
  return `${text}_${macOf(text, secret)}`;
}

/** Reports whether one of the secrets signed the text. Without a secret, nobody can make a text that passes. */
export function isSignedUnder(signed: string, secrets: readonly (Uint8Array | string)[]): boolean {
  const mac = signed.slice(-macLength);
  const text = withoutMac(signed);
  // Every secret is tried, and each comparison takes the same time, so that timing reveals nothing.
  return secrets.reduce((found, secret) => areEqual(mac, macOf(text, secret)) || found, false);
}

/** Returns what a signature was appended to. */
export function withoutMac(signed: string): string {
  return signed.slice(0, -macLength - 1);
}

/** Compares two texts in a time that does not depend on where they differ. */
export function areEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Returns 128 bits of an HMAC. */
function macOf(text: string, secret: Uint8Array | string): string {
  return createHmac('sha256', secret).update(text).digest('hex').slice(0, macLength);
}
