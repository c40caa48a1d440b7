import * as z from 'zod';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { readDocument } from '../../../lib/domain/stored-document.ts';

const formatVersion = 1;

const keySchema = z
  .string()
  .min(1)
  .transform((key) => key as ObjectKey);
const delayedSchema = z.object({
  key: keySchema,
  firstAt: z.int().min(0).max(8.64e15),
  attempts: z.int().min(1),
});
const deadLetterSchema = delayedSchema.extend({ queue: z.string(), cause: z.string() });
const givenBackSchema = z.object({
  givenBack: z.object({ partition: z.int().min(0), offset: z.int().min(0) }),
});

/** A message that was tried before. `firstAt` is the time of its first append in milliseconds since 1970. */
export type Delayed = Readonly<z.output<typeof delayedSchema>>;

/** A message that is not tried any more. */
export type DeadLetter = Readonly<z.output<typeof deadLetterSchema>>;

/** A note that a dead letter was given back: its place on the topic. */
export type GivenBack = Readonly<z.output<typeof givenBackSchema>>;

export function encodeMessage(message: Delayed | DeadLetter | GivenBack): Buffer {
  return Buffer.from(JSON.stringify({ formatVersion, ...message }));
}

/**
 * Decodes a message of a topic with a delay.
 * @throws NewerFormat       a newer version wrote it
 * @throws UnreadableFormat  it is damaged
 */
export function decodeDelayed(value: Buffer): Delayed {
  return readDocument(value.toString(), 'A delayed message', formatVersion, delayedSchema);
}

/** Decodes a record of `dead-letters`; the errors are those of `decodeDelayed`. */
export function decodeDeadLetter(value: Buffer): DeadLetter | GivenBack {
  const what = 'A dead letter';
  const { givenBack } = readDocument(value.toString(), what, formatVersion, givenBackSchema.partial());
  if (givenBack !== undefined) return { givenBack };
  return readDocument(value.toString(), what, formatVersion, deadLetterSchema);
}
