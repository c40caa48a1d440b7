import { maxRecordBytes } from '../../batch-limits.ts';
import { InvalidRequest } from '../../../errors.ts';
import type { ReadEntry } from '../../read-entry.ts';
import { JsonCursor } from '../json-cursor.ts';
import { rejected, tooLong } from '../logged-entries.ts';
import {
  createPushedEntries,
  firstLabels,
  instantOfMilliseconds,
  type Labels,
  type PushedEntries,
} from './pushed-entries.ts';

const notAnEntry = rejected('must be an array of a timestamp, a line and maybe structured metadata');
const nanoseconds = /^\d{7,20}$/;
const noLabels: Labels = {};
/** The labels of a stream are added to each of its entries; longer ones are left out, so that this stays cheap. */
const maxLabelBytes = 4_096;

/**
 * Reads the entries of a push request in JSON:
 * `{"streams":[{"stream":{"job":"nginx"},"values":[["<nanoseconds>","<line>",{"<metadata>":"…"}]]}]}`.
 * @throws InvalidRequest  the body is not such a request
 */
export function* readPushJson(body: Buffer): Generator<ReadEntry, void, undefined> {
  const cursor = new JsonCursor(body);
  const entries = createPushedEntries();
  let hasStreams = false;
  if (!cursor.hasMore() || !cursor.isObject()) throw notAPush();
  for (const name of cursor.members()) {
    if (name !== 'streams') {
      cursor.skip();
      continue;
    }
    hasStreams = true;
    if (!cursor.isArray()) throw notAPush();
    for (const _ of cursor.elements()) yield* readStream(cursor, entries);
  }
  if (!hasStreams || cursor.hasMore()) throw notAPush();
}

function* readStream(cursor: JsonCursor, entries: PushedEntries): Generator<ReadEntry, void, undefined> {
  if (!cursor.isObject()) throw notAPush();
  let labels: Labels | undefined;
  let valuesBeforeLabels: number | undefined;
  for (const name of cursor.members()) {
    if (name === 'stream' && labels === undefined) {
      const start = cursor.skip();
      labels = cursor.at - start > maxLabelBytes ? noLabels : firstLabels(textsOf(cursor.valueFrom(start)));
    } else if (name === 'values' && labels !== undefined) {
      yield* readValues(cursor, entries, labels);
    } else if (name === 'values') {
      valuesBeforeLabels ??= cursor.skip();
    } else {
      cursor.skip();
    }
  }
  if (valuesBeforeLabels === undefined) return;
  yield* readValues(cursor.from(valuesBeforeLabels), entries, labels ?? noLabels);
}

function* readValues(
  cursor: JsonCursor,
  entries: PushedEntries,
  labels: Labels,
): Generator<ReadEntry, void, undefined> {
  if (!cursor.isArray()) throw notAPush();
  for (const _ of cursor.elements()) {
    const start = cursor.skip();
    if (cursor.at - start > maxRecordBytes) {
      yield tooLong;
      continue;
    }
    yield readValue(cursor.valueFrom(start), entries, labels);
  }
}

function readValue(value: unknown, entries: PushedEntries, labels: Labels): ReadEntry {
  if (!Array.isArray(value)) return notAnEntry;
  const [timestamp, line, metadata] = value as readonly unknown[];
  if (typeof line !== 'string') return notAnEntry;
  return entries.read({ at: instantOf(timestamp), line, metadata: textsOf(metadata) }, labels);
}

/** Cuts nanoseconds off as text, because the number would be rounded, perhaps into the next minute. */
function instantOf(timestamp: unknown): string | undefined {
  if (typeof timestamp !== 'string' || !nanoseconds.test(timestamp)) return undefined;
  return instantOfMilliseconds(Number(timestamp.slice(0, -6)));
}

/** Nearly all values are texts, so that nothing has to be left out: a new object for each entry takes a tenth of the whole time. */
function textsOf(value: unknown): Labels {
  if (typeof value !== 'object' || value === null) return noLabels;
  if (areTexts(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'));
}

function areTexts(value: object): value is Labels {
  return Object.values(value).every((text) => typeof text === 'string');
}

function notAPush(): InvalidRequest {
  return new InvalidRequest(
    'The body is not a push request of Loki: {"streams":[{"stream":{…},"values":[["<nanoseconds>","<line>"]]}]}.',
  );
}
