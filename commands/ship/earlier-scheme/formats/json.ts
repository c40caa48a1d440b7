import { jsonFields, type JsonField } from './json-fields.ts';
import { instantOf } from './json-instant.ts';
import type { LineFormat, ReadingOptions, ReadLine } from './line-format.ts';
import { readEntry } from './read-entry.ts';
import { notARequest, originForm, parseRequestLine, type RequestLine } from './request-line.ts';

export interface JsonReadingOptions extends ReadingOptions {
  /** The names of fields with unusual names; such a field is read only there. */
  readonly fieldNames: ReadonlyMap<JsonField, string>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads one JSON object a line: entries of `POST /logs`, and logs of nginx, Caddy, Traefik and others. */
export function jsonFormat({ fieldNames, ...options }: JsonReadingOptions): LineFormat {
  const find = (fields: Fields, field: JsonField): unknown => {
    const named = fieldNames.get(field);
    return firstOf(fields, named === undefined ? jsonFields[field] : [named]);
  };
  return {
    name: 'json',
    recognises: (line) => parseObject(line) !== undefined,
    read(line): ReadLine {
      const fields = parseObject(line);
      if (fields === undefined) return { reason: 'is no JSON object' };
      const receivedAt = find(fields, 'receivedAt');
      if (receivedAt === undefined) return { reason: missing('receivedAt', fieldNames) };
      const requestLine = requestLineOf(fields, find);
      if (typeof requestLine === 'string') return { reason: requestLine };
      if (requestLine === undefined) return { reason: missing('path', fieldNames) };
      const { method, target } = requestLine;
      return readEntry(
        {
          receivedAt: instantOf(receivedAt, fields['date']),
          method,
          target: originForm(target),
          userAgent: textOf(find(fields, 'userAgent')),
          status: textOf(find(fields, 'status')),
        },
        options,
      );
    },
  };
}

/** Reads method and target, from two fields or from one; returns a text that says why they are missing. */
function requestLineOf(
  fields: Fields,
  find: (fields: Fields, field: JsonField) => unknown,
): RequestLine | string | undefined {
  const method = textOf(find(fields, 'method'));
  const target = textOf(find(fields, 'path'));
  if (method !== '' && target !== '') {
    const query = textOf(find(fields, 'query')).replace(/^\?|^-$/, '');
    return { method, target: query === '' || target.includes('?') ? target : `${target}?${query}` };
  }
  const line = find(fields, 'request');
  if (typeof line !== 'string') return undefined;
  return parseRequestLine(line) ?? notARequest(line);
}

function missing(field: JsonField, fieldNames: ReadonlyMap<JsonField, string>): string {
  const names = fieldNames.get(field) ?? jsonFields[field].slice(0, 3).join(', ');
  return `has no field for ${field} (${names} …); --field ${field}=NAME says where it is`;
}

function parseObject(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Fields) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function firstOf(fields: Fields, names: readonly string[]): unknown {
  for (const name of names) {
    const value = valueAt(fields, name);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** Returns the field of this name, or the one at `a.b.c`; the first value of a list, such as those of a header. */
function valueAt(fields: Fields, name: string): unknown {
  let value: unknown = fields;
  for (const part of Object.hasOwn(fields, name) ? [name] : name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    // The check above found the field.
    value = (value as Fields)[part];
  }
  return Array.isArray(value) ? value[0] : value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
