import * as z from 'zod';
import type { ObjectKey } from './keys.ts';
import { readDocument } from './stored-document.ts';

const formatVersion = 1;

// Segments of a key, none of which begins or ends with a dot.
const keyPattern = /^(?:(?!\.)[a-z0-9._%~-]+(?<!\.)\/)*(?!\.)[a-z0-9._%~-]+(?<!\.)$/;

const announcementSchema = z.object({
  key: z
    .string()
    .max(1_024)
    .regex(keyPattern)
    .transform((key) => key as ObjectKey),
});

/** Encodes the value of a record of the topic `windows`: the key of a window that was written or deleted. */
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

/** An announcement that a batch may be stored, or is. */
export interface AnnouncedBatch {
  readonly key: ObjectKey;
  /** Records were lost since the batch was announced first: what was emitted may be among them. */
  readonly isAfterLoss: boolean;
}

/** Encodes the intent of a batch: the value of a record of the topic `batches`. */
export function encodeIntent({ key, isAfterLoss }: AnnouncedBatch): Buffer {
  return Buffer.from(JSON.stringify({ formatVersion, key, ...(isAfterLoss && { isAfterLoss }) }));
}

const intentSchema = z.object({
  key: announcementSchema.shape.key.refine((key) => key.startsWith('batches/'), 'not the key of a batch'),
  isAfterLoss: z.literal(true).optional(),
});

/**
 * Decodes an intent.
 * @throws UnreadableFormat  it does not name a batch
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeIntent(value: Buffer): AnnouncedBatch {
  const { key, isAfterLoss } = readDocument(value.toString(), 'An intent', formatVersion, intentSchema);
  return { key, isAfterLoss: isAfterLoss === true };
}
