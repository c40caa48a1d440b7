import type { ReadEntry } from '../../read-entry.ts';
import { isRejected } from '../../read-entry.ts';
import { createLoggedEntries, rejected } from '../logged-entries.ts';

/** Names with their values: the labels of a stream, or the structured metadata of an entry. */
export type Labels = Readonly<Record<string, string>>;

/** An entry of a stream. */
export interface PushedEntry {
  /** RFC 3339; `undefined` where it is not an instant. */
  readonly at: string | undefined;
  readonly line: string;
  readonly metadata: Labels;
}

export interface PushedEntries {
  read(entry: PushedEntry, labels: Labels): ReadEntry;
}

/**
 * Number of labels that are read: as many as Loki allows a stream by default. They are added to each entry of the stream, so
 * more would make a push of bad lines cost many times as much as one of good lines.
 */
const maxLabels = 15;

const describesOthers = rejected('is not a request of an access log');

/**
 * Creates a reader of pushed entries. The line tells what was requested. Where it does not, the structured metadata may, in
 * which pipelines of Loki's agents put the fields that they have parsed; the labels of the stream add what is the same for all.
 */
export function createPushedEntries(): PushedEntries {
  const logged = createLoggedEntries();
  return {
    read({ at, line, metadata }, labels) {
      const read = logged.line(line, at) ?? describesOthers;
      if (!isRejected(read) || Object.keys(metadata).length === 0) return read;
      const ofFields = logged.fields({ ...labels, ...metadata }, at);
      return isRejected(ofFields) ? read : ofFields;
    },
  };
}

/** Returns the labels of a stream that are read. */
export function firstLabels(labels: Labels): Labels {
  const pairs = Object.entries(labels);
  return pairs.length <= maxLabels ? labels : Object.fromEntries(pairs.slice(0, maxLabels));
}

const lastMillisecond = 253_402_300_799_999;

/** Returns the RFC 3339 form of milliseconds since 1970; `undefined` for those behind the year 9999. */
export function instantOfMilliseconds(milliseconds: number): string | undefined {
  const isInstant = milliseconds >= 0 && milliseconds <= lastMillisecond;
  return isInstant ? new Date(milliseconds).toISOString() : undefined;
}
