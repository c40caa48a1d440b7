import { isKnownName } from '../../field-aliases/known-fields.ts';
import type { ReadEntry } from '../../read-entry.ts';
import { isRejected } from '../../read-entry.ts';
import { createLoggedEntries, rejected } from '../logged-entries.ts';

/** Names with their values: the labels of a stream, or the structured metadata of an entry. */
export type Labels = Readonly<Record<string, string>>;

/** An entry of a stream. */
export interface PushedEntry {
  /** RFC 3339; `undefined` if it is not an instant. */
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
 * Creates a reader of pushed entries. The line describes the request. If it does not, the structured metadata may:
 * pipelines of Loki's agents put the fields there that they have parsed. The labels of the stream add what is the same
 * for all entries.
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

/** Returns the labels of a stream that are read: of the first ones those that can describe a request. */
export function firstLabels(labels: Labels): Labels {
  const pairs = Object.entries(labels).slice(0, maxLabels);
  return Object.fromEntries(pairs.filter(([name]) => isKnownName(name)));
}

const lastMillisecond = 253_402_300_799_999;

/** Returns the RFC 3339 form of milliseconds since 1970; `undefined` for those after the year 9999. */
export function instantOfMilliseconds(milliseconds: number): string | undefined {
  const isInstant = milliseconds >= 0 && milliseconds <= lastMillisecond;
  return isInstant ? new Date(milliseconds).toISOString() : undefined;
}
