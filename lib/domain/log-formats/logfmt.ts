import type { FieldSearch } from '../field-aliases/find-fields.ts';
import type { LineFormat, LineReadingOptions } from './line-format.ts';
import { mayBeRequest, requestOfFields } from './request-of-fields.ts';
import { timeIn } from './undated.ts';

const quoted = /"(?:[^"\\]|\\.)*"(?=[\s,]|$)/y;
const otherSpace = /\s/;
const tab = 0x09;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const commaSign = 0x2c;
const equalsSign = 0x3d;
const firstNotAscii = 0x80;
const maxWords = 128;
const maxPrefixLength = 256;

/**
 * Reads lines of `name=value`, as the router of Heroku, Go programs and others write them: `method=GET path="/a" status=200`.
 * What precedes the first pair does not matter.
 */
export function logfmtFormat(
  search: FieldSearch,
  options: LineReadingOptions,
  otherwiseAt: () => string | undefined,
): LineFormat {
  return {
    name: 'logfmt',
    read(line) {
      const fields = fieldsOf(line);
      if (fields === undefined) return undefined;
      // Heroku's router: two durations, which add up.
      const service = fields.get('service');
      if (service !== undefined && !fields.has('durationMs')) fields.set('durationMs', service);
      const found = search.findIn(fields);
      if (found.method === undefined || !mayBeRequest(found)) return undefined;
      // Loggers write their time in front of the pairs.
      const prefix = line.slice(0, Math.min(line.indexOf('='), maxPrefixLength));
      const at = timeIn(prefix, undefined) ?? otherwiseAt() ?? timeIn(prefix, options.utcOffset);
      return requestOfFields({ found, otherwiseAt: at }, options);
    },
  };
}

function fieldsOf(line: string): Map<string, string> | undefined {
  if (!line.includes('=')) return undefined;
  const fields = new Map<string, string>();
  let count = 0;
  for (let at = 0, words = 0; at < line.length && words < maxWords; words++) {
    while (isSeparator(line, at)) at += 1;
    const equals = endOfName(line, at);
    const end = equals < 0 ? -1 : endOfValue(line, equals + 1);
    if (end < 0) {
      while (at < line.length && !isSpace(line.charCodeAt(at))) at += 1;
      continue;
    }
    const name = line.slice(at, equals);
    if (!fields.has(name)) fields.set(name, valueBetween(line, equals + 1, end));
    count += 1;
    at = end;
  }
  return count < 3 ? undefined : fields;
}

/** Returns the place of the equals sign after a name, or -1. */
function endOfName(line: string, start: number): number {
  if (!isNameStart(line.charCodeAt(start))) return -1;
  let at = start + 1;
  while (isInName(line.charCodeAt(at))) at += 1;
  return line.charCodeAt(at) === equalsSign ? at : -1;
}

/** Returns the end of a value, in quotes or without, that a blank, a comma or the end of the line follows; or -1. */
function endOfValue(line: string, start: number): number {
  if (line.charCodeAt(start) === quote) {
    quoted.lastIndex = start;
    if (quoted.test(line)) return quoted.lastIndex;
  }
  let at = start;
  let comma = -1;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (isSpace(code)) break;
    if (code === quote) return comma;
    if (code === commaSign) comma = at;
  }
  return at;
}

function valueBetween(line: string, start: number, end: number): string {
  if (line.charCodeAt(start) !== quote) return line.slice(start, end);
  const value = line.slice(start + 1, end - 1);
  return value.includes('\\') ? value.replaceAll(/\\(.)/g, '$1') : value;
}

function isSeparator(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === commaSign || isSpace(code);
}

function isSpace(code: number): boolean {
  if (code < firstNotAscii) return code === space || (code >= tab && code <= carriageReturn);
  return otherSpace.test(String.fromCharCode(code));
}

function isNameStart(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x5f || code === 0x40;
}

/** Letters, `_` and `@`, digits, and `-`, `.` and `/`. */
function isInName(code: number): boolean {
  return isNameStart(code) || (code >= 0x2d && code <= 0x39);
}
