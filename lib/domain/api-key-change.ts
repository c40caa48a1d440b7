import * as z from 'zod';
import { apiKeyChangeKey, type ObjectKey } from './keys.ts';
import { instantSchema, readDocument } from './stored-document.ts';

/** Changes to API keys, and to the secrets that sign them. */
export const apiKeyActions = ['create', 'revoke', 'expire', 'rotate-secret', 'drop-secret'] as const;

export type ApiKeyAction = (typeof apiKeyActions)[number];

/** One step of a change, logged before the change begins, and again when it is done or has failed. */
export interface ApiKeyChange {
  readonly at: Date;
  /** The same for all steps of one change. */
  readonly changeId: string;
  readonly step: 'begun' | 'done' | 'failed';
  /** The identity by which AWS knows the caller. */
  readonly by: string;
  readonly action: ApiKeyAction;
  /** Details of the change, without anything from which a key could be made. */
  readonly what: Readonly<Record<string, string>>;
}

const formatVersion = 1;

const changeSchema = z.object({
  at: instantSchema,
  changeId: z.string(),
  step: z.enum(['begun', 'done', 'failed']),
  by: z.string(),
  action: z.enum(apiKeyActions),
  what: z.record(z.string(), z.string()),
});

export function keyOfChange({ at, changeId, step }: ApiKeyChange): ObjectKey {
  return apiKeyChangeKey(at, changeId, step);
}

export function encodeApiKeyChange(change: ApiKeyChange): Buffer {
  return Buffer.from(JSON.stringify({ formatVersion, ...change }));
}

/**
 * Decodes a stored change.
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export function decodeApiKeyChange(body: Buffer): ApiKeyChange {
  return readDocument(body.toString(), 'A change of API keys', formatVersion, changeSchema);
}
