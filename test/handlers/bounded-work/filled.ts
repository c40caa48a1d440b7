import { maxEntriesPerBatch } from '../../../lib/domain/batch-limits.ts';

/** An eighth of the largest batch, since what is compared is in proportion to the size. */
export const largestBatch = 2_097_152;

/** An entry without what a body adds to it. */
export const entry = { receivedAt: '2025-12-28T18:03:07Z', method: 'GET', path: '/', userAgent: '' };

/** Fills a body with as many units as fit between an opening and a closing text. */
export function filled(
  unit: (n: number) => string,
  [open, separator, close]: readonly [open: string, separator: string, close: string] = ['[', ',', ']'],
  most = Number.POSITIVE_INFINITY,
): string {
  const parts: string[] = [];
  let bytes = Buffer.byteLength(open + close);
  for (let n = 0; ; n++) {
    const text = unit(n);
    bytes += Buffer.byteLength(text) + separator.length;
    if (bytes > largestBatch || n === most) break;
    parts.push(text);
  }
  return open + parts.join(separator) + close;
}

/** Returns a short text that differs for each number and does not grow with it. */
export const scrambled = (n: number) => (Math.imul(n + 1, 2_654_435_761) >>> 0).toString(36);
/** Returns an entry with other fields as JSON. */
export const text = (fields: object) => JSON.stringify({ ...entry, ...fields });
/** Returns the start of the minute of a number. */
export const minute = (n: number) =>
  `${new Date(Date.UTC(2035, 0, 1) + n * 60_000).toISOString().slice(0, 19)}Z`;
/** An eighth of the most entries that a batch may have. */
export const mostEntries = maxEntriesPerBatch / 8;
/** Fills an array with at most as many entries. */
export const filledWithEntries = (unit: (n: number) => string) => filled(unit, undefined, mostEntries);

/** The bodies of a protocol by name, with the status of the answer. */
export type Bodies = Readonly<Record<string, readonly [status: number, make: () => string | Buffer]>>;
/** Fills a body with units, at most as many as a batch may have entries. */
export const most = (unit: (n: number) => string, around: readonly [string, string, string]) =>
  filled(unit, around, mostEntries);
/** Returns fields with a name of their own each, as many as there is space for. */
export const invented = (bytes: number, seed: number) => {
  let fields = '';
  for (let n = 0; fields.length < bytes; n++) fields += `,"${scrambled(n * 7_919 + seed)}":0`;
  return fields.slice(1);
};
/** An instant in nanoseconds since 1970. */
export const nanoseconds = '1766945040000000000';
