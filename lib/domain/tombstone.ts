import * as z from 'zod';
import type { CustomerId } from './customer-id.ts';
import { customerIdSchema, instantSchema, readDocument } from './stored-document.ts';

/**
 * What is left of a customer that was forgotten: what was stored until an instant is dropped wherever it still turns up.
 * It stays for good, since what is late has no bound.
 */
export interface Tombstone {
  readonly customerId: CustomerId;
  /** What was stored until then, this instant included, is forgotten. */
  readonly before: Date;
  /** When all of that had been deleted; `undefined` while it is being deleted. */
  readonly completedAt: Date | undefined;
}

const formatVersion = 1;

const tombstoneSchema = z.object({
  customerId: customerIdSchema,
  before: instantSchema,
  completedAt: instantSchema.optional(),
});

/** The tombstone as it is stored. */
export function encodeTombstone(tombstone: Tombstone): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...tombstone })}\n`);
}

/**
 * @throws UnreadableFormat  not a tombstone
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeTombstone(body: Buffer): Tombstone {
  const fields = readDocument(body.toString(), 'A tombstone', formatVersion, tombstoneSchema);
  const { customerId, before, completedAt } = fields;
  return { customerId, before, completedAt };
}

/**
 * Tells whether what was stored at an instant is forgotten. What does not say when it was stored is of an earlier
 * version, and was stored before the customer could be forgotten.
 */
export function isForgotten(storedAt: Date | undefined, tombstone: Tombstone | undefined): boolean {
  return tombstone !== undefined && (storedAt === undefined || storedAt <= tombstone.before);
}

/** Tells whether a window may count what is forgotten: it was not begun after the tombstone. */
export function isFromBefore(
  window: { readonly forgottenBefore?: Date | undefined },
  tombstone: Tombstone | undefined,
): boolean {
  if (tombstone === undefined) return false;
  return window.forgottenBefore === undefined || window.forgottenBefore < tombstone.before;
}

/** When a batch is stored, so that it is never taken for one of those that are forgotten, whatever the clock says. */
export function storedAfter(tombstone: Tombstone | undefined, now: Date): Date {
  if (tombstone === undefined || now > tombstone.before) return now;
  return new Date(tombstone.before.getTime() + 1);
}
