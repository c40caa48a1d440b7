import { isObject } from '../../is-object.ts';
import { lineFields } from '../field-aliases.ts';
import { plainName, type FieldSearch } from '../field-aliases/find-fields.ts';
import { knownFieldsOf } from '../field-aliases/known-fields.ts';
import { parseJson } from '../../parse-json.ts';
import { repairJson } from './almost-json.ts';
import { instantOf } from './instant.ts';
import {
  noRequest,
  unknown,
  type LineContent,
  type LineFormat,
  type LineReadingOptions,
} from './line-format.ts';
import { whyNotCounted } from './not-counted.ts';
import { jsonOfPython } from './python-literal.ts';
import { mayBeRequest, requestOfFields } from './request-of-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads a text that stands in a line of another program; `otherwiseAt` is for texts without a time. */
export type ReadInner = (text: string, otherwiseAt: string | undefined) => LineContent;

export interface JsonReading {
  readonly search: FieldSearch;
  readonly options: LineReadingOptions;
  readonly readInner: ReadInner;
  /** Returns the instant for an object that has none. */
  readonly otherwiseAt: () => string | undefined;
}

export interface JsonFormat extends LineFormat {
  /** Reads the fields of an object. */
  readFields(fields: Fields, otherwiseAt: string | undefined): LineContent;
}

const pythonObject = /^\{\s{0,8}'/;
const maxBytesOfMessage = 65_536;
const names = new Set(lineFields.map(plainName));

/**
 * Reads one JSON object a line: entries of `POST /logs`, and the logs of programs whose names `field-aliases.ts` has. Where the
 * object is an envelope, it reads the line within.
 */
export function jsonFormat({ search, options, readInner, otherwiseAt: sentAt }: JsonReading): JsonFormat {
  return { name: 'json', read: readJsonLine, readFields };

  function readJsonLine(line: string): LineContent {
    const text = elementIn(line);
    if (!text.startsWith('{')) return undefined;
    const fields = parseObject(text, search);
    return fields === undefined ? undefined : readFields(fields, sentAt());
  }

  function readFields(fields: Fields, otherwiseAt: string | undefined): LineContent {
    const found = search.find(fields);
    const reason = whyNotCounted(found);
    if (reason !== undefined) return noRequest(reason);
    const own = mayBeRequest(found)
      ? requestOfFields({ found, date: fields['date'], otherwiseAt, isCounted: true }, options)
      : undefined;
    if (own?.kind === 'request') return own;
    const at = (found.receivedAt ?? []).map(({ value }) => instantOf(String(value), options.utcOffset));
    const readAt = at.find((instant) => instant !== undefined) ?? otherwiseAt ?? journalTime(fields);
    const inner = readLineIn(fields, readAt, 0);
    const isTold = inner !== undefined && inner.kind !== 'unknown';
    return isTold ? inner : (own ?? requestOfFields({ found, otherwiseAt, isCounted: true }, options));
  }

  /** Reads the first text within the object that is a line of a known format. */
  function readLineIn(fields: Fields, readAt: string | undefined, depth: number): LineContent {
    let best: LineContent;
    for (const key of Object.keys(fields)) {
      const value = fields[key];
      if (depth < 2 && isObject(value)) best ??= readLineIn(value, readAt, depth + 1);
      if (!names.has(plainName(key))) continue;
      const text = lineOf(value);
      const content = text === undefined ? undefined : readInner(text, readAt);
      if (content?.kind === 'request') return content;
      best ??= content;
    }
    return best;
  }
}

/** Returns the text of a line; journald writes texts that are not UTF-8 as lists of bytes. */
function lineOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length <= maxBytesOfMessage ? value.trim() : undefined;
  if (!Array.isArray(value) || value.length > maxBytesOfMessage || typeof value[0] !== 'number')
    return undefined;
  return Buffer.from(value as number[]).toString();
}

function journalTime(fields: Fields): string | undefined {
  const microseconds = fields['__REALTIME_TIMESTAMP'];
  return typeof microseconds === 'string' ? instantOf(microseconds) : undefined;
}

/** Returns the object in a line of a list: `[{…},`, `{…},` or `{…}]`. */
function elementIn(line: string): string {
  const text = line.trim();
  if (text.startsWith('{') && text.endsWith('}')) return text;
  return text.replace(/^[[,]\s*(?=\{)/, '').replace(/(?<=\}\s?)[\],]{1,2}$/, '');
}

/** An exception of `JSON.parse` takes longer than all other work on a line, so it is avoided where nothing can come of it. */
function parseObject(line: string, search: FieldSearch): Fields | undefined {
  if (!line.endsWith('}')) return undefined;
  const fields = parseFields(line, search);
  if (fields !== undefined) return fields;
  const repaired = pythonObject.test(line) ? jsonOfPython(line) : repairJson(line);
  return repaired === line ? undefined : parseFields(repaired, search);
}

/** Parses an object, of which it may leave out fields without a meaning; returns `undefined` for any other text. */
export function parseFields(text: string, search: FieldSearch): Fields | undefined {
  const known = search.isShortened(text.length) ? knownFieldsOf(text) : text;
  const value = known === undefined ? undefined : parseJson(known);
  return isObject(value) ? value : undefined;
}

/** The reason for a line that begins like JSON and is none. */
export function brokenJson(line: string): LineContent {
  return line.trimStart().startsWith('{') ? unknown('is not a JSON object') : undefined;
}
