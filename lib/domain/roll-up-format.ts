import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';
import { countsOf, countsShape, countsToJson } from './dimensions.ts';
import type { RolledUpWindow } from './roll-up.ts';
import { customerIdSchema, instantSchema, readDocument, windowStartSchema } from './stored-document.ts';
import { enclosingWindowStart } from './window.ts';

const formatVersion = 1;

const rolledUpSchema = z
  .object({
    customerId: customerIdSchema,
    windowSize: z.enum(['hour', 'day']),
    windowStart: windowStartSchema,
    requests: z.int().nonnegative(),
    revision: z.int().positive(),
    lateRequests: z.int().nonnegative(),
    updatedAt: instantSchema,
    ...countsShape,
  })
  .refine(
    ({ windowStart, windowSize }) => enclosingWindowStart(windowStart, windowSize) === windowStart,
    'not the start of such a window',
  );

/** Ends the document; texts never contain it, since JSON escapes it. */
const lineBreak = 0x0a;
const closingBrace = 0x7d;

/** Encodes an hour or a day for the store: one line of JSON. */
export function encodeRolledUp({ counts, ...fields }: RolledUpWindow): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...fields, ...countsToJson(counts) })}\n`);
}

/**
 * Decodes a stored hour or day from its `start`; returns `undefined` if more of it is needed.
 * @throws UnreadableFormat  not an hour or a day, or one of a newer version
 */
export function decodeRolledUp(start: Buffer): RolledUpWindow | undefined {
  const end = start.indexOf(lineBreak);
  return end < 0 ? undefined : rolledUpText.read(start.toString('utf8', 0, end));
}

/** The text of a stored hour or day, in pieces. */
export const rolledUpText = {
  /** Reports whether the last field ends at a place. */
  isEndOfFields: (start: Buffer, place: number) =>
    start[place] === closingBrace && start[place + 1] === lineBreak,

  /**
   * Reads the JSON document.
   * @throws UnreadableFormat  not an hour or a day, or one of a newer version
   */
  read: (text: string): RolledUpWindow => {
    const fields = readDocument(text, 'A window', formatVersion, rolledUpSchema);
    const { customerId, windowSize, windowStart, requests, revision, lateRequests, updatedAt } = fields;
    return {
      customerId,
      windowSize,
      windowStart,
      requests,
      revision,
      lateRequests,
      updatedAt,
      counts: countsOf(fields),
    };
  },
};

/**
 * Decodes a whole stored hour or day.
 * @throws UnreadableFormat  not a whole hour or day, or one of a newer version
 */
export function decodeWholeRolledUp(body: Buffer): RolledUpWindow {
  const window = decodeRolledUp(body);
  if (window === undefined) throw new UnreadableFormat('A window is damaged: it ends too early.');
  return window;
}
