import * as z from 'zod';
import { instantSchema, readDocument, windowStartSchema } from './stored-document.ts';
import type { WindowStart } from './window.ts';

/** The progress of deleting what is behind a horizon: everything before this place is deleted. */
export interface SweepPosition {
  readonly horizon: WindowStart;
  /** The place to continue, as a prefix of keys and the last one that is done; `undefined` at the end. */
  readonly next: { readonly prefix: string; readonly after: string | undefined } | undefined;
  readonly at: Date;
}

const formatVersion = 1;

const sweepSchema = z.object({
  horizon: windowStartSchema,
  next: z.object({ prefix: z.string(), after: z.string().optional() }).optional(),
  at: instantSchema,
});

/** Encodes the position for the store. */
export function encodeSweep(position: SweepPosition): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...position })}\n`);
}

/**
 * Decodes a stored position.
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export function decodeSweep(body: Buffer): SweepPosition {
  const { horizon, next, at } = readDocument(
    body.toString(),
    'The position of a deletion',
    formatVersion,
    sweepSchema,
  );
  return { horizon, next: next && { prefix: next.prefix, after: next.after }, at };
}
