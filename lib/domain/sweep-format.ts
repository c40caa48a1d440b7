import * as z from 'zod';
import { instantSchema, readDocument, windowStartSchema } from './stored-document.ts';
import type { WindowStart } from './window.ts';

/** How far the deletion of what is behind a horizon has come: everything before this place is deleted. */
export interface SweepPosition {
  readonly horizon: WindowStart;
  /** Where it goes on, as a prefix of keys and what of them is done; `undefined` where it has come to the end. */
  readonly next: { readonly prefix: string; readonly after: string | undefined } | undefined;
  readonly at: Date;
}

const formatVersion = 1;

const sweepSchema = z.object({
  horizon: windowStartSchema,
  next: z.object({ prefix: z.string(), after: z.string().optional() }).optional(),
  at: instantSchema,
});

/** The position as it is stored. */
export function encodeSweep(position: SweepPosition): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...position })}\n`);
}

/** @throws UnreadableFormat  damaged, or written by a newer version of this program */
export function decodeSweep(body: Buffer): SweepPosition {
  const { horizon, next, at } = readDocument(
    body.toString(),
    'The position of a deletion',
    formatVersion,
    sweepSchema,
  );
  return { horizon, next: next && { prefix: next.prefix, after: next.after }, at };
}
