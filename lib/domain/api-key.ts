import { createHash } from 'node:crypto';
import { areEqual, signText } from './signed-text.ts';

/** An API key as a request presents it. Its text is a secret: it is never logged, stored or put in a message. */
export type ApiKey = SealedApiKey | OldApiKey;

/** A key with a MAC inside, signed with one of the installation's secrets: `lap_<id>_<random>_<mac>`, all in hex. */
export interface SealedApiKey {
  readonly form: 'sealed';
  readonly text: string;
  /** Identifies the key in lists and logs, and finds its record; not a secret. */
  readonly id: string;
}

/** A key of the earlier version: 32 random bytes without a MAC. Its hash finds its record. */
export interface OldApiKey {
  readonly form: 'old';
  readonly text: string;
}

/** Random bytes for a new key. */
export interface ApiKeyBytes {
  /** 8 bytes. */
  readonly id: Uint8Array;
  /** 20 bytes: nobody can guess 160 bits, not even with the secret of the MAC. */
  readonly random: Uint8Array;
}

/** A prefix that scanners for leaked secrets can find, and fixed lengths. */
const sealedPattern = /^lap_([0-9a-f]{16})_[0-9a-f]{40}_[0-9a-f]{32}$/;
const oldPattern = /^lap_[A-Za-z0-9_-]{43}$/;

/** Creates a new key, signed with the installation's secret. */
export function createApiKey({ id, random }: ApiKeyBytes, secret: Uint8Array): SealedApiKey {
  const idText = Buffer.from(id).toString('hex');
  const text = signText(`lap_${idText}_${Buffer.from(random).toString('hex')}`, secret);
  return { form: 'sealed', text, id: idText };
}

/** Parses a key; returns `undefined` if the text does not have the form of one. */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, id] = sealedPattern.exec(text) ?? [];
  if (id !== undefined) return { form: 'sealed', text, id };
  return oldPattern.test(text) ? { form: 'old', text } : undefined;
}

/**
 * Parses the key in the header in which a sender can present one; returns `undefined` if it cannot be one. The forms are
 * `Bearer <key>`; `Splunk <key>`; `Basic`, where the key is the password; Elasticsearch's `ApiKey`, where the key follows
 * an id; and the key alone, as Amazon Data Firehose sends it.
 */
export function apiKeyFromHeader(header: string | undefined): ApiKey | undefined {
  const [, scheme = '', credentials = ''] = /^(?:(\w+) +)?(\S+)$/.exec(header ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case '':
    case 'bearer':
    case 'splunk':
      return parseApiKey(credentials);
    case 'apikey':
      return parseApiKey(credentials) ?? parseApiKey(secondOfPair(credentials));
    case 'basic':
      return parseApiKey(secondOfPair(credentials));
    default:
      return undefined;
  }
}

/** Returns the part behind the first colon of a text in base64, such as the password behind a user's name. */
function secondOfPair(credentials: string): string {
  const pair = Buffer.from(credentials, 'base64').toString('latin1');
  return pair.slice(pair.indexOf(':') + 1);
}

/**
 * Returns the hash that is stored instead of a key. A key has so many random bits that it needs neither salt nor a
 * slow hash.
 */
export function hashOfApiKey(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Reports, in constant time, whether the key is the one that was stored as this hash. */
export function hasHash({ text }: ApiKey, hash: string): boolean {
  return areEqual(hashOfApiKey(text), hash);
}
