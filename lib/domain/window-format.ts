import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';
import { partialIdBytes } from './partial.ts';
import {
  needFacts,
  readStoredCounts,
  storedCounts,
  storedCountsShape,
  type CountsAndMeasures,
  type StoredCounts,
} from './stored-counts.ts';
import {
  customerIdSchema,
  instantSchema,
  readDocument,
  textBefore,
  versionAtStart,
  windowStartSchema,
} from './stored-document.ts';
import type { MinuteCounts, WindowAggregate } from './window-aggregate.ts';

/**
 * Versions, each written only for a window that needs it. A program that does not know a field must not write such a window: it
 * would drop the field. Without `forgottenBefore` the window would count as an earlier one, and without `recounted` its
 * counts would differ from those of its batches.
 */
const versionWithRecount = 4;
const versionWithFacts = 3;
const versionWithForgetting = 2;
const firstVersion = 1;
/** The newest version that is read. */
const formatVersion = versionWithRecount;

const windowSchema = z.object({
  customerId: customerIdSchema,
  windowSize: z.literal('minute'),
  windowStart: windowStartSchema,
  requests: z.int().nonnegative(),
  batches: z.int().nonnegative(),
  revision: z.int().positive(),
  lateRequests: z.int().nonnegative(),
  updatedAt: instantSchema,
  // A version that does not know the field drops it, and then the time is not known.
  storedSince: instantSchema.optional(),
  forgottenBefore: instantSchema.optional(),
  recounted: z.object({ rulesVersion: z.string(), partials: z.int().nonnegative() }).optional(),
  ...storedCountsShape,
});

/**
 * Separates the parts of a stored window. It is one JSON document in two lines, the counts in the first and the ids
 * in the second, so that readers of the counts stop at the line break; texts never contain one, since JSON escapes
 * it.
 */
const beforeIds = Buffer.from(',\n"partialIds":"');
const afterIds = '"}\n';

/** Encodes the window for the store. */
export function encodeWindow({ counts, measures, partialIds, ...fields }: WindowAggregate): Buffer {
  const counted = { counts, measures };
  const firstLine = JSON.stringify({
    formatVersion: versionFor(fields, counted),
    windowSize: 'minute',
    ...fields,
    ...storedCounts(counted),
  });
  return Buffer.from(
    `${firstLine.slice(0, -1)}${beforeIds.toString()}${partialIds.toString('base64')}${afterIds}`,
  );
}

/** Returns the first version that has all that the window has. */
function versionFor(
  { recounted, forgottenBefore }: Pick<WindowAggregate, 'recounted' | 'forgottenBefore'>,
  counted: CountsAndMeasures,
): number {
  if (recounted !== undefined) return versionWithRecount;
  if (needFacts(counted)) return versionWithFacts;
  return forgottenBefore === undefined ? firstVersion : versionWithForgetting;
}

/** Reports whether a stored window may have been recounted, from the first bytes of its text. */
export function mayBeRecounted(body: Buffer): boolean {
  return (versionAtStart(body) ?? versionWithRecount) >= versionWithRecount;
}

/**
 * Decodes a stored window.
 * @throws UnreadableFormat  not a window, or one of a newer version
 */
export function decodeWindow(body: Buffer): WindowAggregate {
  const counts = decodeWindowCounts(body);
  const isWhole = counts !== undefined && body.toString('latin1', body.length - afterIds.length) === afterIds;
  if (!isWhole) throw new UnreadableFormat('A window is damaged: it ends too early.');

  const idsStart = body.indexOf(beforeIds) + beforeIds.length;
  const packed = body.toString('latin1', idsStart, body.length - afterIds.length);
  const partialIds = Buffer.from(packed, 'base64');
  // The decoder skips characters that are not base64, which would lose an id; but then there are fewer bytes than the
  // length of the text requires. This costs next to nothing for 50,000 ids, while checking each character takes ten
  // times as long as decoding it.
  if (partialIds.length % partialIdBytes !== 0 || base64Length(partialIds.length) !== packed.length) {
    throw new UnreadableFormat('A window is damaged: its list of partials is not whole.');
  }
  if ((counts.recounted?.partials ?? 0) * partialIdBytes > partialIds.length) {
    throw new UnreadableFormat('A window is damaged: more partials were recounted than it has.');
  }
  return { ...counts, partialIds };
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/**
 * Decodes the counts of a stored window from its `start`; returns `undefined` if more of it is needed.
 * @throws UnreadableFormat  not a window, or one of a newer version
 */
export function decodeWindowCounts(start: Buffer): MinuteCounts | undefined {
  const text = textBefore(start, start.indexOf(beforeIds), 'A window', formatVersion);
  return text === undefined ? undefined : windowText.read(`${text}}`);
}

/** The text of a stored window, in pieces. */
export const windowText = {
  /** Reports whether the fields before the ids end at a place. */
  isEndOfFields: (start: Buffer, place: number) =>
    start.subarray(place, place + beforeIds.length).equals(beforeIds),

  /**
   * Reads the fields before the ids from a JSON document that ends with them.
   * @throws UnreadableFormat  not those of a window, or of one of a newer version
   */
  read: (text: string): MinuteCounts => {
    const { stored, ...window } = windowText.readFields(text);
    return { ...window, ...readStoredCounts(stored, 'A window') };
  },

  /**
   * Reads the same, with counts and measures as they are stored.
   * @throws UnreadableFormat  not those of a window, or of one of a newer version
   */
  readFields: (
    text: string,
  ): Omit<MinuteCounts, 'counts' | 'measures'> & { readonly stored: StoredCounts } => {
    const fields = readDocument(text, 'A window', formatVersion, windowSchema);
    const { customerId, windowStart, requests, batches, revision, lateRequests, updatedAt } = fields;
    const { storedSince, forgottenBefore, recounted } = fields;
    return {
      customerId,
      windowStart,
      requests,
      batches,
      revision,
      lateRequests,
      updatedAt,
      ...(storedSince && { storedSince }),
      ...(forgottenBefore && { forgottenBefore }),
      ...(recounted && { recounted }),
      stored: fields,
    };
  },
};
