import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';
import type { RolledUpWindow } from './roll-up.ts';
import {
  needFacts,
  readStoredCounts,
  storedCounts,
  storedCountsShape,
  type StoredCounts,
} from './stored-counts.ts';
import {
  customerIdSchema,
  instantSchema,
  readDocument,
  textBefore,
  windowStartSchema,
} from './stored-document.ts';
import { enclosingWindowStart } from './window.ts';

const formatVersion = 2;
/** Written for a window that has neither dimensions nor measures of facts. */
const versionWithoutFacts = 1;

const rolledUpSchema = z
  .object({
    customerId: customerIdSchema,
    windowSize: z.enum(['hour', 'day']),
    windowStart: windowStartSchema,
    requests: z.int().nonnegative(),
    revision: z.int().positive(),
    lateRequests: z.int().nonnegative(),
    updatedAt: instantSchema,
    ...storedCountsShape,
  })
  .refine(
    ({ windowStart, windowSize }) => enclosingWindowStart(windowStart, windowSize) === windowStart,
    'not the start of such a window',
  );

/** Ends the document; texts never contain it, since JSON escapes it. */
const lineBreak = 0x0a;
const closingBrace = 0x7d;

/** Encodes an hour or a day for the store: one line of JSON. */
export function encodeRolledUp({ counts, measures, ...fields }: RolledUpWindow): Buffer {
  const counted = { counts, measures };
  const document = {
    formatVersion: needFacts(counted) ? formatVersion : versionWithoutFacts,
    ...fields,
    ...storedCounts(counted),
  };
  return Buffer.from(`${JSON.stringify(document)}\n`);
}

/**
 * Decodes a stored hour or day from its `start`; returns `undefined` if more of it is needed.
 * @throws UnreadableFormat  not an hour or a day, or one of a newer version
 */
export function decodeRolledUp(start: Buffer): RolledUpWindow | undefined {
  const text = textBefore(start, start.indexOf(lineBreak), 'A window', formatVersion);
  return text === undefined ? undefined : rolledUpText.read(text);
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
    const { stored, ...window } = rolledUpText.readFields(text);
    return { ...window, ...readStoredCounts(stored, 'A window') };
  },

  /**
   * Reads the same, with counts and measures as they are stored.
   * @throws UnreadableFormat  not an hour or a day, or one of a newer version
   */
  readFields: (
    text: string,
  ): Omit<RolledUpWindow, 'counts' | 'measures'> & { readonly stored: StoredCounts } => {
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
      stored: fields,
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
