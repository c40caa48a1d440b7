import * as z from 'zod';
import type { CustomerId } from './customer-id.ts';
import { customerIdSchema, instantSchema, readDocument } from './stored-document.ts';

/**
 * The remains of a forgotten customer: everything stored until an instant is dropped wherever it still turns up. It
 * is kept forever, since nothing limits how late it may turn up.
 */
export interface Tombstone {
  readonly customerId: CustomerId;
  /** Everything stored until this instant, including it, is forgotten. */
  readonly before: Date;
  /** When all of it had been deleted; `undefined` while deleting. */
  readonly completedAt: Date | undefined;
}

const formatVersion = 1;

const tombstoneSchema = z.object({
  customerId: customerIdSchema,
  before: instantSchema,
  completedAt: instantSchema.optional(),
});

/** Encodes the tombstone for the store. */
export function encodeTombstone(tombstone: Tombstone): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...tombstone })}\n`);
}

/**
 * Decodes a stored tombstone.
 * @throws UnreadableFormat  not a tombstone
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeTombstone(body: Buffer): Tombstone {
  const fields = readDocument(body.toString(), 'A tombstone', formatVersion, tombstoneSchema);
  const { customerId, before, completedAt } = fields;
  return { customerId, before, completedAt };
}

/**
 * Reports whether something stored at an instant is forgotten. Without an instant it is from an earlier version, and
 * was stored before customers could be forgotten.
 */
export function isForgotten(
  storedAt: Date | undefined,
  tombstone: Pick<Tombstone, 'before'> | undefined,
): boolean {
  return tombstone !== undefined && (storedAt === undefined || storedAt <= tombstone.before);
}

/** Reports whether a window may count forgotten batches, because it was not created after the tombstone. */
export function isFromBefore(
  window: { readonly forgottenBefore?: Date | undefined },
  tombstone: Tombstone | undefined,
): boolean {
  if (tombstone === undefined) return false;
  return window.forgottenBefore === undefined || window.forgottenBefore < tombstone.before;
}

/**
 * Returns the time of storing a batch, late enough that it is never taken for a forgotten one, whatever the clock
 * says.
 */
export function storedAfter(tombstone: Tombstone | undefined, now: Date): Date {
  if (tombstone === undefined || now > tombstone.before) return now;
  return new Date(tombstone.before.getTime() + 1);
}

/**
 * Reports whether counts may lack something that is not forgotten, though they should include everything accepted before
 * an instant: what a removed window held of it is announced again before the tombstone is complete.
 */
export function mayLackUnforgotten(countedThrough: Date | undefined, { completedAt }: Tombstone): boolean {
  return completedAt === undefined || countedThrough === undefined || countedThrough < completedAt;
}

/**
 * Reports whether everything that a tombstone forgets had been removed at an earlier time, so that nothing of it was
 * read since.
 * @param atFirst  the tombstone at that time
 */
export function hadForgottenAll(atFirst: Tombstone | undefined, now: Tombstone): boolean {
  return atFirst?.completedAt !== undefined && atFirst.before.getTime() === now.before.getTime();
}
