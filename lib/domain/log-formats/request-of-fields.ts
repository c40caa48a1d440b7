import { fieldAliases, type AliasedField } from '../field-aliases.ts';
import type { FoundFields } from '../field-aliases/find-fields.ts';
import { durationOf } from './duration.ts';
import { instantOf } from './instant.ts';
import { noRequest, unknown, type LineContent, type LineReadingOptions } from './line-format.ts';
import { whyNotCounted } from './not-counted.ts';
import { isOther, notARequest, parseRequestLine, type RequestLine } from './request-line.ts';
import { decodeAgent } from './unescape.ts';

/** The fields of a line, and its date in UTC where that stands apart from the time. */
export interface LineFields {
  readonly found: FoundFields;
  readonly date?: unknown;
  /** An instant for lines that have none of their own. */
  readonly otherwiseAt?: string | undefined;
  /** True if `whyNotCounted` has found no reason before. */
  readonly isCounted?: boolean;
}

const clock = /^\d\d:\d\d:\d\d(?:\.\d{1,9})?$/;
const dateOnly = /^\d{4}-\d\d-\d\d$/;
/** The status, perhaps in quotes or in a whole status line. */
const statusStart = /^"?(?:HTTP\/[\d.]{1,4} )?([1-5]\d\d)(?!\d)/;
const protocolAtEnd = / HTTP\/[\d.]{1,4}$/;

/** Makes a request of the fields of a line, or says which one is missing. */
export function requestOfFields(
  { found, date, otherwiseAt, isCounted = false }: LineFields,
  { utcOffset }: LineReadingOptions,
): LineContent {
  const requestLine = requestLineOf(found);
  if (requestLine === undefined) return unknown(missing('path'));
  if (typeof requestLine === 'string') return noRequest(requestLine);
  const reason = isCounted ? undefined : whyNotCounted(found);
  if (reason !== undefined) return noRequest(reason);
  const receivedAt = receivedAtOf(found, date, utcOffset) ?? otherwiseAt;
  if (receivedAt === undefined) return unknown(whyNoInstant(found));
  const userAgent = textOf(found, 'userAgent');
  return {
    kind: 'request',
    request: {
      receivedAt,
      ...requestLine,
      userAgent: userAgent === undefined ? undefined : decodeAgent(userAgent),
      status: statusOf(found),
      bytes: textOf(found, 'bytes'),
      durationMs: durationOf(found),
      referrer: textOf(found, 'referrer'),
      host: textOf(found, 'host'),
      clientIp: textOf(found, 'clientIp'),
    },
  };
}

/** Returns whether the fields may be those of a request. */
export function mayBeRequest(found: FoundFields): boolean {
  return found.request !== undefined || (found.method !== undefined && found.path !== undefined);
}

/** Reads method and target, from two fields or from one; returns a text that says why they are missing. */
export function requestLineOf(found: FoundFields): RequestLine | string | undefined {
  const line = textOf(found, 'request');
  const method = textOf(found, 'method');
  const target =
    method === undefined
      ? textOf(found, 'path')
      : (targetOf(found, line) ?? pathOf(line) ?? parseLine(line)?.target);
  if (method !== undefined && target !== undefined) {
    if (method === '-' || target === '-') return notARequest('-');
    if (isOther(method, target)) return notARequest(`${method} ${target}`);
    const isRelative = found.path?.[0]?.name === 'reqPath' && !target.startsWith('/');
    // Akamai leaves out the first slash.
    const path = isRelative ? `/${target}` : pathIn(target, method);
    const query = (textOf(found, 'query') ?? '').replace(/^\?|^-$/, '');
    return { method, target: query === '' || path.includes('?') ? path : `${path}?${query}` };
  }
  if (line !== undefined) return parseLine(line) ?? notARequest(line);
  // One field may hold a whole request line, such as the `path` of some proxies.
  return target === undefined ? undefined : parseRequestLine(target);
}

/** Returns the target among several fields. */
function targetOf(found: FoundFields, line: string | undefined): string | undefined {
  const [first] = found.path ?? [];
  // nginx's `$uri` is the file that it serves, such as /index.php, and not what the client requested.
  const isFile = first?.name === 'uri' || first?.name === 'document_uri';
  const requested = isFile ? parseLine(line) : undefined;
  if (requested !== undefined) return requested.target;
  // Vercel's `path` names a function, and has no slash; its `proxy.path` is that of the request.
  const isName = typeof first?.value === 'string' && /^\w/.test(first.value) && !first.value.includes(':');
  const other = isName ? found.path?.find(({ value }) => String(value).startsWith('/')) : undefined;
  return other === undefined ? textOf(found, 'path') : String(other.value);
}

/** Parses a request line only where it is needed, since that takes a tenth of the time of a line of JSON. */
function parseLine(line: string | undefined): RequestLine | undefined {
  return line === undefined ? undefined : parseRequestLine(withoutQuotes(line));
}

function pathOf(text: string | undefined): string | undefined {
  return text?.startsWith('/') === true ? text : undefined;
}

/** Returns the path in a text that may be a whole request line, or a path with a protocol, or in quotes. */
function pathIn(text: string, method: string): string {
  const target = withoutQuotes(text);
  if (!target.includes(' ')) return target;
  if (target.startsWith(`${method} `)) return parseRequestLine(target)?.target ?? target;
  return target.startsWith('/') ? target.replace(protocolAtEnd, '') : target;
}

function withoutQuotes(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** Takes the first time that can be read. */
export function receivedAtOf(
  found: FoundFields,
  date: unknown,
  utcOffset: string | undefined,
): string | undefined {
  for (const { value } of found.receivedAt ?? []) {
    const text = String(value);
    if (typeof date === 'string' && dateOnly.test(date) && clock.test(text)) return `${date}T${text}Z`;
    const instant = instantOf(text, utcOffset);
    if (instant !== undefined) return instant;
  }
  return undefined;
}

export function statusOf(found: FoundFields): string | undefined {
  const values = found.status ?? [];
  for (const { value } of values) {
    const [, status] = statusStart.exec(String(value).trim()) ?? [];
    if (status !== undefined) return status;
  }
  return values.length === 0 ? undefined : '-';
}

/** Returns the most telling value that says something. */
export function textOf(found: FoundFields, field: AliasedField): string | undefined {
  const values = found[field];
  if (values === undefined) return undefined;
  for (const { value } of values) if (value !== '' && value !== '-') return String(value);
  return values[0] === undefined ? undefined : String(values[0].value);
}

function whyNoInstant(found: FoundFields): string {
  const [first] = found.receivedAt ?? [];
  if (first === undefined) return missing('receivedAt');
  return `${first.name} is not a time with an offset: ${String(first.value).slice(0, 40)}; --utc-offset says in which zone such times are`;
}

function missing(field: AliasedField): string {
  const names = fieldAliases[field].slice(0, 3).join(', ');
  return `has no field for ${field} (${names} …); --field ${field}=NAME says where it is`;
}
