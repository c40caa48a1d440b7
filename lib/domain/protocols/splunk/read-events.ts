import { maxRecordBytes } from '../../batch-limits.ts';
import { InvalidRequest } from '../../../errors.ts';
import { lengthOfField, UnreadPart } from '../../field-aliases/unread-part.ts';
import { instantOf } from '../../log-formats/instant.ts';
import { isRejected, type ReadEntry } from '../../read-entry.ts';
import { JsonCursor } from '../json-cursor.ts';
import { createLoggedEntries, rejected, tooLong, type LoggedEntries } from '../logged-entries.ts';

type Fields = Readonly<Record<string, unknown>>;

const maxUsualBytes = 4_096;
const usualNames = new Set(['event', 'time', 'fields', 'host', 'source', 'sourcetype', 'index']);

const noEvent = rejected('is required', 'event');
const blankEvent = rejected('must not be blank', 'event');
const otherEvent = rejected('must be a text or an object', 'event');
const noRequest = rejected('is not a request of an access log', 'event');

/**
 * Reads the events of Splunk's HTTP Event Collector: JSON objects one after the other, with or without white space between
 * them. The event is an access-log line, or an object; `fields` has what agents have parsed.
 * @throws InvalidRequest  the body is not a sequence of JSON objects; the problem has the index of the event
 */
export function* readEvents(body: Buffer): Generator<ReadEntry, void, undefined> {
  const cursor = new JsonCursor(body);
  const logged = createLoggedEntries();
  const unread = new UnreadPart();
  for (let index = 0; cursor.hasMore(); index++) {
    const start = startOfEvent(cursor, index);
    const length = cursor.at - start;
    yield length > maxRecordBytes ? tooLong : readEvent(parseEvent(cursor, start, unread), logged);
  }
}

function startOfEvent(cursor: JsonCursor, index: number): number {
  try {
    if (cursor.isObject()) return cursor.skip();
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
  }
  throw new InvalidRequest(`Event ${index} is not a JSON object.`, [
    { index, reason: 'is not a JSON object' },
  ]);
}

/** Parses the event that was skipped last: as a whole, while events have nothing but texts under the usual names. */
function parseEvent(cursor: JsonCursor, start: number, unread: UnreadPart): Fields {
  const length = cursor.at - start;
  if (length > maxUsualBytes || unread.isLarge) return knownMembersOf(cursor.from(start));
  const event = cursor.valueFrom(start) as Fields;
  let read = 0;
  for (const name of Object.keys(event)) {
    const value = event[name];
    if (usualNames.has(name) && typeof value !== 'object') read += lengthOfField(name, value);
  }
  unread.add(length, read);
  return event;
}

/** Reads only what has a meaning: `JSON.parse` takes a microsecond for each name that a client invents. */
function knownMembersOf(cursor: JsonCursor): Fields {
  const members: Record<string, unknown> = {};
  for (const name of cursor.members()) {
    if (name === 'event' || name === 'time' || name === 'fields') members[name] = cursor.readKnown();
    else cursor.skip();
  }
  return members;
}

function readEvent({ event, time, fields }: Fields, logged: LoggedEntries): ReadEntry {
  const at = typeof time === 'number' || typeof time === 'string' ? instantOf(String(time)) : undefined;
  const read = readContent(event, at, logged);
  if (!isRejected(read) || !isFields(fields)) return read;
  const ofFields = logged.fields(fields, at);
  return isRejected(ofFields) ? read : ofFields;
}

function readContent(event: unknown, at: string | undefined, logged: LoggedEntries): ReadEntry {
  if (event === undefined || event === null) return noEvent;
  if (isFields(event)) return logged.fields(event, at);
  if (typeof event !== 'string') return otherEvent;
  return event.trim() === '' ? blankEvent : (logged.line(event, at) ?? noRequest);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
