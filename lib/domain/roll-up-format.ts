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

/** Ends the document; text has none, since JSON escapes it. */
const lineBreak = 0x0a;
const closingBrace = 0x7d;

/** The hour or day as it is stored: a line of JSON. */
export function encodeRolledUp({ counts, ...fields }: RolledUpWindow): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...fields, ...countsToJson(counts) })}\n`);
}

/**
 * The stored hour or day of which `start` is the beginning, or `undefined` where it goes on behind it.
 * @throws UnreadableFormat  not an hour or a day, or one of a newer version
 */
export function decodeRolledUp(start: Buffer): RolledUpWindow | undefined {
  const end = start.indexOf(lineBreak);
  return end < 0 ? undefined : rolledUpText.read(start.toString('utf8', 0, end));
}

/** The text of a stored hour or day, in pieces. */
export const rolledUpText = {
  /** Tells whether the last field ends at a place. */
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

/** @throws UnreadableFormat  not the whole of an hour or a day, or one of a newer version */
export function decodeWholeRolledUp(body: Buffer): RolledUpWindow {
  const window = decodeRolledUp(body);
  if (window === undefined) throw new UnreadableFormat('A window is damaged: it ends too early.');
  return window;
}
