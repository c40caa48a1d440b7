import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';
import { instantSchema, readDocument } from './stored-document.ts';

/** A secret that signs API keys. */
export interface InstallationSecret {
  /** Identifies it in lists; not a secret. */
  readonly id: string;
  /** 32 random bytes. */
  readonly secret: Buffer;
  readonly createdAt: Date;
}

/** Secrets of an installation, the newest first. The newest one signs new keys; keys of all of them are accepted. */
export type InstallationSecrets = readonly InstallationSecret[];

/** One, and a second one while keys are replaced. */
export const maxInstallationSecrets = 2;

/**
 * Returns the parameter of the secrets: beside the path and not under it, so that listing the keys does not read it.
 */
export function secretsParameterOf(path: string): string {
  return `${path}-secret`;
}

const formatVersion = 1;

const documentSchema = z.object({
  formatVersion: z.literal(formatVersion),
  secrets: z
    .array(
      z.object({
        id: z.string().regex(/^[0-9a-f]{8}$/),
        secret: z.string().regex(/^[0-9a-f]{64}$/),
        createdAt: instantSchema,
      }),
    )
    .min(1)
    .max(maxInstallationSecrets),
});

export function encodeInstallationSecrets(secrets: InstallationSecrets): string {
  const encoded = secrets.map(({ id, secret, createdAt }) => ({
    id,
    secret: secret.toString('hex'),
    createdAt,
  }));
  return JSON.stringify({ formatVersion, secrets: encoded });
}

/**
 * Decodes the secrets.
 * @throws UnreadableFormat  damaged, or written by a newer version of this program; its message contains none of the
 * text
 */
export function decodeInstallationSecrets(text: string): InstallationSecrets {
  // The error of JSON.parse would quote the text, and end up in a log.
  if (!isJson(text)) throw new UnreadableFormat('The secret of API keys is damaged: it is not JSON.');
  const { secrets } = readDocument(text, 'The secret of API keys', formatVersion, documentSchema);
  return secrets.map(({ id, secret, createdAt }) => ({ id, secret: Buffer.from(secret, 'hex'), createdAt }));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
