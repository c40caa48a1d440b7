import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';
import type { ObjectKey } from './keys.ts';
import { readDocument } from './stored-document.ts';

const formatVersion = 1;

const keyPattern = /^[a-z0-9._%~-]+(?:\/[a-z0-9._%~-]+)*$/;

const announcementSchema = z.object({
  key: z
    .string()
    .max(1_024)
    .regex(keyPattern)
    .transform((key) => key as ObjectKey),
});

/** Encodes the value of a topic's record that names an object: a batch to store, or a window that was changed. */
export function encodeAnnouncement(key: ObjectKey): Buffer {
  return Buffer.from(JSON.stringify({ formatVersion, key }));
}

/**
 * Decodes the value of a record of `encodeAnnouncement`.
 * @throws UnreadableFormat  it does not name an object
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeAnnouncement(value: Buffer): ObjectKey {
  return readDocument(value.toString(), 'An announcement', formatVersion, announcementSchema).key;
}

/**
 * Decodes the announcement of a batch.
 * @throws UnreadableFormat  it does not name a batch
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeIntent(value: Buffer): ObjectKey {
  const key = decodeAnnouncement(value);
  if (!key.startsWith('batches/'))
    throw new UnreadableFormat('An intent is damaged: it does not name a batch.');
  return key;
}
