import { FieldSearch } from '../../../lib/domain/field-aliases/find-fields.ts';
import { takeAliases } from '../../../lib/domain/parse-batch/take-aliases.ts';
import { userAgentFamily } from '../../../lib/domain/user-agent.ts';

/** An expected window of a customer, with the fields of `GET /aggregates`. */
export interface ExpectedWindow {
  readonly windowStart: string;
  requests: number;
  readonly requestsByPath: Record<string, number>;
  readonly requestsByUserAgent: Record<string, number>;
  readonly requestsByStatus: Record<string, number>;
}

/** Returns the part of an answered window that a second reading of its bodies knows. */
export function readablePartOf({
  windowStart,
  requests,
  requestsByPath,
  requestsByUserAgent,
  requestsByStatus,
}: ExpectedWindow): ExpectedWindow {
  return { windowStart, requests, requestsByPath, requestsByUserAgent, requestsByStatus };
}

const instant = /^(\d{4})-(\d\d)-(\d\d)t(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:z|([+-])(\d\d):(\d\d))$/i;
const token = /^[\w!#$%&'*+.^`|~-]{1,32}$/;

/**
 * Reads a body a second time, in the plain way that docs/reference/http.md describes, and returns its windows in time order;
 * `undefined` if the body must be refused. It shares nothing with the pipeline's own reading, except the families of
 * agents and the meaning of names of other programs, for which it searches in the parsed objects.
 */
export function readIndependently(body: Uint8Array, isLines: boolean): ExpectedWindow[] | undefined {
  const values = valuesOf(body, isLines);
  if (values === undefined || values.length === 0) return undefined;
  const windows = new Map<string, ExpectedWindow>();
  for (const value of values) {
    const entry = entryOf(value);
    if (entry === undefined) return undefined;
    const window = windows.get(entry.windowStart) ?? {
      windowStart: entry.windowStart,
      requests: 0,
      requestsByPath: {},
      requestsByUserAgent: {},
      requestsByStatus: {},
    };
    windows.set(entry.windowStart, window);
    window.requests += 1;
    count(window.requestsByPath, `${entry.method} ${entry.path}`);
    count(window.requestsByUserAgent, userAgentFamily(entry.userAgent));
    if (entry.status !== undefined) count(window.requestsByStatus, entry.status);
  }
  return [...windows.values()].sort((a, b) => (a.windowStart < b.windowStart ? -1 : 1));
}

function valuesOf(body: Uint8Array, isLines: boolean): unknown[] | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const values: unknown = isLines ? text.split('\n').filter(isNotBlank).map(oneValue) : JSON.parse(text);
    return Array.isArray(values) ? values : undefined;
  } catch {
    return undefined;
  }
}

const isNotBlank = (line: string) => /\S/.test(line);

/** Parses a line; throws if it has no value or several. `JSON.stringify` would overflow the stack where values are deep. */
function oneValue(line: string): unknown {
  return JSON.parse(line);
}

function entryOf(value: unknown) {
  if (typeof value !== 'object' || value === null) return undefined;
  const own = new Map(Object.entries(Array.isArray(value) ? {} : withAliases(value)));
  const windowStart = minuteOf(own.get('receivedAt'));
  const method = textOf(own.get('method'))?.toUpperCase();
  const path = textOf(own.get('path'));
  const userAgent = own.has('userAgent') ? textOf(own.get('userAgent')) : '';
  const status: unknown = own.get('status');
  const isStatus = /^[1-5]\d\d$/.test(String(status)) && ['string', 'number'].includes(typeof status);
  if (windowStart === undefined || method === undefined || path === undefined || userAgent === undefined)
    return undefined;
  if (!token.test(method) || path === '' || path.length > 2_048 || userAgent.length > 1_024) return undefined;
  if (own.has('status') && !isStatus) return undefined;
  return { windowStart, method, path, userAgent, status: isStatus ? String(status) : undefined };
}

const names = new Set(['receivedAt', 'method', 'path', 'userAgent', 'status']);

/** Completes an entry by what stands under names of other programs. */
function withAliases(value: object): object {
  const fields = Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name)));
  takeAliases(fields, new FieldSearch().find({ ...value }));
  return fields;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.trim() : undefined;
}

function minuteOf(value: unknown): string | undefined {
  const parts = typeof value === 'string' ? instant.exec(value) : null;
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [east, hours, minutes] = [parts[7] === '-' ? -1 : 1, Number(parts[8] ?? 0), Number(parts[9] ?? 0)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || hours > 23 || minutes > 59) return undefined;
  date.setUTCHours(hour, minute - east * (hours * 60 + minutes));
  const next = new Date(date.getTime() + 60_000);
  const isEndOfMonth = next.getUTCDate() === 1 && next.getUTCHours() + next.getUTCMinutes() === 0;
  if (date.getTime() < 0 || date.getUTCFullYear() > 9_999 || (second === 60 && !isEndOfMonth))
    return undefined;
  return `${date.toISOString().slice(0, 19)}Z`;
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
