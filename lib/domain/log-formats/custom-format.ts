import type { FieldSearch } from '../field-aliases/find-fields.ts';
import { unknown, type LineContent, type LineFormat, type LineReadingOptions } from './line-format.ts';
import { mayBeRequest, requestOfFields } from './request-of-fields.ts';
import { unescapeQuoted } from './unescape.ts';

/** A format that cannot be read; the message says why. */
export class InvalidCustomFormat extends Error {
  override readonly name = 'InvalidCustomFormat';
}

/** A part of a format: a text, or a value with the name of a field. */
type Part = TextPart | { readonly field: string };

interface TextPart {
  readonly text: string;
}

/** Apache's directives, by the names of the fields that they hold. */
const apacheFields: Readonly<Partial<Record<string, string>>> = {
  a: 'client_ip',
  b: 'bytes',
  B: 'bytes',
  D: 'durationMicroseconds',
  h: 'client_ip',
  m: 'method',
  O: 'bytes_sent_total',
  q: 'query',
  r: 'request',
  s: 'status',
  t: 'time',
  T: 'request_time',
  U: 'path',
  v: 'host',
  V: 'host',
};
const directive = /%[!\d,]*[<>]?(?:\{([^}]*)\})?(\^?[a-zA-Z]{1,3}|%)|\$\{?([a-z_]\w*)\}?/g;
/** Apache's directives have one letter, except for `^ti` and the like. */
const apacheLetter = /^(\^[a-z]{2}|[a-zA-Z%])(.*)$/;

/**
 * Reads lines in a format in the syntax of nginx (`log_format`: `$remote_addr … "$request" $status`) or Apache (`LogFormat`:
 * `%h … \"%r\" %>s`). A value ends where the text behind it begins.
 * @throws InvalidCustomFormat
 */
export function customFormat(format: string, search: FieldSearch, options: LineReadingOptions): LineFormat {
  const parts = partsOf(format.replaceAll('\\"', '"'));
  const fields = new Set(parts.flatMap((part) => ('field' in part ? [part.field] : [])));
  const probe = search.find(Object.fromEntries([...fields].map((name) => [name, 'x'])));
  const hasRequest = mayBeRequest(probe);
  if (!hasRequest || probe.receivedAt === undefined) {
    const missing = hasRequest ? 'a time ($time_local, %t)' : 'a request ($request, %r)';
    throw new InvalidCustomFormat(`The log format has no field for ${missing}: ${format}`);
  }
  return {
    name: 'custom',
    read(line) {
      const values = valuesOf(parts, line);
      return values === undefined
        ? notInFormat(line)
        : requestOfFields({ found: search.find(values) }, options);
    },
  };
}

function notInFormat(line: string): LineContent {
  return line.startsWith('#') ? undefined : unknown('is not in the given log format');
}

function partsOf(format: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const addText = (text: string): void => {
    if (text !== '') parts.push({ text });
  };
  for (const match of format.matchAll(directive)) {
    addText(format.slice(at, match.index));
    at = match.index + match[0].length;
    const [, argument, letters, nginx] = match;
    if (nginx !== undefined) {
      parts.push({ field: nginx });
      continue;
    }
    const [, letter = '', rest = ''] = apacheLetter.exec(letters ?? '') ?? [];
    if (letter === '%') addText('%');
    else parts.push({ field: apacheField(letter, argument) });
    at -= rest.length;
  }
  addText(format.slice(at));
  // Beside microseconds, whole seconds say nothing.
  const hasMicroseconds = parts.some((part) => 'field' in part && part.field === apacheFields['D']);
  return hasMicroseconds ? parts.map(withoutSeconds) : parts;
}

function withoutSeconds(part: Part): Part {
  return 'field' in part && part.field === apacheFields['T'] ? { field: 'apache_T' } : part;
}

function apacheField(letter: string, argument: string | undefined): string {
  if (argument === undefined) return apacheFields[letter] ?? `apache_${letter}`;
  if (letter === 'i') return `http_${argument}`;
  if (letter === 't') return 'time';
  if (letter === 'T')
    return argument === 'ms' ? 'durationMs' : argument === 'us' ? 'durationMicroseconds' : 'request_time';
  return apacheFields[letter] ?? `apache_${letter}_${argument}`;
}

function valuesOf(parts: readonly Part[], line: string): Record<string, string> | undefined {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if ('text' in part) {
      const isLast = index === parts.length - 1;
      if (line.startsWith(part.text, at)) at += part.text.length;
      else if (!isLast) return undefined; // only the end of a line may be damaged
      continue;
    }
    const before = parts[index - 1];
    if (before !== undefined && 'field' in before) {
      values[part.field] ??= ''; // nothing separates the two: the first one has it all, as in Apache's `%U%q`
      continue;
    }
    const next = parts.slice(index + 1).find((other) => 'text' in other);
    const end = endOfValue(line, at, next, before);
    if (end < 0) return undefined;
    const value = line.slice(at, end);
    values[part.field] ??= unescapeQuoted(value);
    at = end;
  }
  return values;
}

/** Returns where the text behind a value begins; -1 where it is missing. */
function endOfValue(
  line: string,
  start: number,
  next: TextPart | undefined,
  before: Part | undefined,
): number {
  if (next === undefined) return line.length;
  // Apache writes its time in brackets, which the format does not have.
  const isBracketed =
    line[start] === '[' && !(before !== undefined && 'text' in before && before.text.endsWith('['));
  let at = isBracketed ? Math.max(line.indexOf(']', start), start) : start;
  for (;;) {
    at = line.indexOf(next.text, at);
    if (at < 0) return next.text.startsWith('"') ? line.length : -1;
    if (!isEscaped(line, at)) return at;
    at += 1;
  }
}

/** Returns whether an odd number of backslashes precedes a quote. */
function isEscaped(line: string, at: number): boolean {
  if (line[at] !== '"') return false;
  let backslashes = 0;
  while (line[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
