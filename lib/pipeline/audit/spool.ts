import { minuteKey, type ObjectKey } from '../../domain/keys.ts';
import { decodePartial, encodePartial, type WindowPartial } from '../../domain/partial.ts';

/**
 * Store in which an audit keeps what it has read, to get it back by window: it may be more than memory holds. Lines
 * contain no line break. They come back in the order of their subjects, as often as needed; those of one subject in the
 * order in which they were added.
 */
export interface Spool {
  add(line: string): void;
  /** Number of lines added. */
  readonly lines: number;
  sorted(): Iterable<string>;
}

/**
 * Returns the subject of a line, which sorts it: its text before the second tab. It has at most 1,900 bytes, and no
 * character before the tab.
 */
export function subjectOf(line: string): string {
  const first = line.indexOf(separator);
  const second = first < 0 ? -1 : line.indexOf(separator, first + 1);
  return second < 0 ? line : line.slice(0, second);
}

/** A window as it was before the batches were listed, or why it could not be read. */
export type WindowSnapshot =
  | { readonly etag: string; readonly body: Buffer }
  | { readonly etag: undefined; readonly reason: string };

/** A partial of a stored batch. */
export interface Contribution {
  readonly batchKey: ObjectKey;
  readonly storedAt: Date;
  readonly partial: WindowPartial;
  /**
   * The same by the rules of the audit, where the batch was stored by others and its customer has a recounted window;
   * `unknown` where these rules read other entries in it.
   */
  readonly renewed?: WindowPartial | 'unknown' | undefined;
}

/**
 * Returns the partial by which a window counts a contribution: the renewed one where the window was recounted after it
 * had the partial.
 * @param isRenewed  returns whether the window was recounted with the partial
 */
export function countedPartial(
  { partial, renewed = partial }: Contribution,
  isRenewed: (id: Buffer) => boolean,
): WindowPartial | 'unknown' {
  return isRenewed(partial.id) ? renewed : partial;
}

export type SpooledLine =
  | { readonly kind: 'snapshot'; readonly windowKey: ObjectKey; readonly snapshot: WindowSnapshot }
  | { readonly kind: 'contribution'; readonly windowKey: ObjectKey; readonly contribution: Contribution };

/**
 * Behind the key of the window, and before anything that a key can have: so lines sort by window, and in each window
 * its snapshot comes first. Both are the line's subject.
 */
const separator = '\t';
const snapshotMark = '0';
const contributionMark = '1';
const unknownMark = '?';

export function snapshotLine(windowKey: ObjectKey, snapshot: WindowSnapshot): string {
  const fields =
    snapshot.etag === undefined
      ? ['', JSON.stringify(snapshot.reason)]
      : [snapshot.etag, snapshot.body.toString('base64')];
  return [windowKey, snapshotMark, ...fields].join(separator);
}

export function contributionLine({ batchKey, storedAt, partial, renewed }: Contribution): string {
  const windowKey = minuteKey(partial.customerId, partial.windowStart);
  const fields = [batchKey, String(storedAt.getTime()), encodePartial(partial).toString()];
  if (renewed !== undefined) {
    fields.push(renewed === 'unknown' ? unknownMark : encodePartial(renewed).toString());
  }
  return [windowKey, contributionMark, ...fields].join(separator);
}

/** Parses a line that `snapshotLine` or `contributionLine` made. */
export function parseLine(line: string): SpooledLine {
  const [windowKey = '', mark = '', first = '', second = '', third = '', fourth = ''] = line.split(separator);
  const key = keyOf(windowKey);
  if (mark === contributionMark) {
    const contribution = {
      batchKey: keyOf(first),
      storedAt: new Date(Number(second)),
      partial: decodePartial(Buffer.from(third)),
      ...(fourth !== '' && { renewed: readRenewed(fourth) }),
    };
    return { kind: 'contribution', windowKey: key, contribution };
  }
  const snapshot =
    first === ''
      ? { etag: undefined, reason: String(JSON.parse(second)) }
      : { etag: first, body: Buffer.from(second, 'base64') };
  return { kind: 'snapshot', windowKey: key, snapshot };
}

function readRenewed(text: string): WindowPartial | 'unknown' {
  return text === unknownMark ? 'unknown' : decodePartial(Buffer.from(text));
}

/**
 * Reads a key. It is copied, since a piece of a text keeps the whole text in memory: findings are kept for longer than their
 * lines, which may have megabytes.
 */
function keyOf(piece: string): ObjectKey {
  return Buffer.from(piece).toString() as ObjectKey;
}
