import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** An API key as a request presents it. Its text is a secret: it is never logged, stored or put in a message. */
export type ApiKey = SealedApiKey | OldApiKey;

/** A key with a MAC inside, made under one of the installation's secrets: `lap_<id>_<random>_<mac>`, all in hex. */
export interface SealedApiKey {
  readonly form: 'sealed';
  readonly text: string;
  /** Names the key in lists and logs, and finds its record; not a secret. */
  readonly id: string;
}

/** A key of the version before, 32 random bytes without a MAC. Its record is found by its hash. */
export interface OldApiKey {
  readonly form: 'old';
  readonly text: string;
}

/** Random bytes that a new key is made of. */
export interface ApiKeyBytes {
  /** 8 bytes. */
  readonly id: Uint8Array;
  /** 20 bytes: nobody can guess 160 bits, also not one who has the secret of the MAC. */
  readonly random: Uint8Array;
}

/** A prefix that scanners for leaked secrets can find, and fixed lengths. */
const sealedPattern = /^lap_([0-9a-f]{16})_[0-9a-f]{40}_[0-9a-f]{32}$/;
const oldPattern = /^lap_[A-Za-z0-9_-]{43}$/;
const macLength = 32;

/** Makes a new key under the installation's secret. */
export function createApiKey({ id, random }: ApiKeyBytes, secret: Uint8Array): SealedApiKey {
  const idText = Buffer.from(id).toString('hex');
  const sealed = `lap_${idText}_${Buffer.from(random).toString('hex')}`;
  return { form: 'sealed', text: `${sealed}_${macOf(sealed, secret)}`, id: idText };
}

/** The key, or `undefined` where the text is not shaped like one. */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, id] = sealedPattern.exec(text) ?? [];
  if (id !== undefined) return { form: 'sealed', text, id };
  return oldPattern.test(text) ? { form: 'old', text } : undefined;
}

/** The key of an `authorization` header, `Bearer` and the key; `undefined` where it cannot be one. */
export function apiKeyFromHeader(header: string | undefined): ApiKey | undefined {
  const [, key] = /^bearer +(\S+)$/i.exec(header ?? '') ?? [];
  return key === undefined ? undefined : parseApiKey(key);
}

/** Reports whether the key was made under one of the secrets. Without a secret nobody can make a key that passes. */
export function isSealedUnder({ text }: SealedApiKey, secrets: readonly Uint8Array[]): boolean {
  const sealed = text.slice(0, -macLength - 1);
  const mac = text.slice(-macLength);
  // Every secret is tried, and each comparison takes the same time, so that timing tells nothing.
  return secrets.reduce((found, secret) => areEqual(mac, macOf(sealed, secret)) || found, false);
}

/** What is stored in place of a key. It has so many random bits that it needs no salt and no slow hash. */
export function hashOfApiKey(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Reports whether the key is the one that was stored as this hash, in constant time. */
export function hasHash({ text }: ApiKey, hash: string): boolean {
  return areEqual(hashOfApiKey(text), hash);
}

/** 128 bits of an HMAC. */
function macOf(sealed: string, secret: Uint8Array): string {
  return createHmac('sha256', secret).update(sealed).digest('hex').slice(0, macLength);
}

function areEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
