import * as z from 'zod';
import { customerIdSchema, instantSchema, readDocument, windowStartSchema } from '../stored-document.ts';
import type { AlertEvent } from './alert-event.ts';
import { alertChanges, alertKinds, resolveReasons } from './alert-kinds.ts';

const formatVersion = 1;

const idSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** An event in a stored document. */
export const alertEventSchema = z.object({
  id: idSchema,
  customerId: customerIdSchema,
  kind: z.enum(alertKinds),
  change: z.enum(alertChanges),
  windowStart: windowStartSchema,
  since: windowStartSchema,
  raisedId: idSchema.optional(),
  reason: z.enum(resolveReasons).optional(),
  requests: z.number(),
  usual: z.number().optional(),
  errors: z.number().optional(),
  limitShare: z.number().optional(),
  silentHours: z.number().optional(),
  decidedAt: instantSchema,
}) satisfies z.ZodType<AlertEvent>;

/** Encodes an event for the store. */
export function encodeAlertEvent(event: AlertEvent): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...event })}\n`);
}

/**
 * Decodes a stored event.
 * @throws UnreadableFormat  not an event
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeAlertEvent(body: Buffer): AlertEvent {
  return readDocument(body.toString(), 'An alert', formatVersion, alertEventSchema);
}
