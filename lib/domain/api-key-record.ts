import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';
import { hashOfApiKey, type ApiKey } from './api-key.ts';
import { parseCustomerId, type CustomerId } from './customer-id.ts';
import { customerScopes, scopes, type Scope } from './scope.ts';
import { customerIdSchema, instantSchema, readDocument } from './stored-document.ts';

/** The stored facts about an API key, without anything from which the key could be made. */
export interface ApiKeyRecord {
  readonly customerId: CustomerId;
  readonly scopes: readonly Scope[];
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  readonly label: string | undefined;
  /** `undefined`: an earlier version made the key and did not store it. */
  readonly createdAt: Date | undefined;
  /** The key is refused from this instant on; `undefined`: it never expires. */
  readonly expiresAt: Date | undefined;
  /** Names the installation's secret that signed the key; `undefined`: a key without a MAC. */
  readonly secretId: string | undefined;
}

const formatVersion = 1;

/**
 * Printable ASCII without braces, which Parameter Store takes for references, and without characters that control a
 * terminal.
 */
export const labelPattern = /^[\x20-\x7a|~]{1,100}$/;

const documentSchema = z.object({
  formatVersion: z.literal(formatVersion),
  customerId: customerIdSchema,
  scopes: z.array(z.enum(scopes)),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  label: z.string().regex(labelPattern).optional(),
  createdAt: instantSchema.optional(),
  expiresAt: instantSchema.optional(),
  secretId: z.string().optional(),
});

/** A record as the store had it at some time. */
export interface ApiKeyCopy {
  readonly record: ApiKeyRecord;
  readonly readAt: Date;
}

const copySchema = z.object({
  formatVersion: z.literal(formatVersion),
  readAt: instantSchema,
  record: documentSchema.omit({ formatVersion: true }),
});

export function encodeApiKeyCopy(copy: ApiKeyCopy): Buffer {
  return Buffer.from(JSON.stringify({ formatVersion, ...copy }));
}

/**
 * Decodes a stored copy.
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export function decodeApiKeyCopy(body: Buffer): ApiKeyCopy {
  const { readAt, record } = readDocument(body.toString(), 'The copy of a key', formatVersion, copySchema);
  return { readAt, record: toRecord(record) };
}

/** Returns the name of a key's record: its id, or its hash if it has no id. */
export function recordNameOf(key: ApiKey): string {
  return key.form === 'sealed' ? key.id : hashOfApiKey(key.text);
}

export function encodeApiKeyRecord(record: ApiKeyRecord): string {
  return JSON.stringify({ formatVersion, ...record });
}

/**
 * Reads a record. Keys of the earlier version only have the customer, under the key's hash: they have the scopes of a
 * customer and never expire.
 * @param name  the record's name, without its path
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export function decodeApiKeyRecord(name: string, text: string): ApiKeyRecord {
  if (text.startsWith('{')) {
    return toRecord(readDocument(text, 'The record of an API key', formatVersion, documentSchema));
  }
  const customerId = parseCustomerId(text);
  if (customerId === undefined) {
    throw new UnreadableFormat('The record of an API key is damaged: it has no customer id.');
  }
  return {
    customerId,
    scopes: customerScopes,
    hash: name,
    label: undefined,
    createdAt: undefined,
    expiresAt: undefined,
    secretId: undefined,
  };
}

/** Builds a record with `undefined` for absent members, and no others. */
function toRecord({
  customerId,
  scopes,
  hash,
  label,
  createdAt,
  expiresAt,
  secretId,
}: Omit<z.output<typeof documentSchema>, 'formatVersion'>): ApiKeyRecord {
  return { customerId, scopes, hash, label, createdAt, expiresAt, secretId };
}
