import type { FoundFields, FoundValue } from '../field-aliases/find-fields.ts';
import { millisecondsOf } from '../log-formats/instant.ts';
import { durationOf } from '../log-formats/duration.ts';
import { whyNotCounted } from '../log-formats/not-counted.ts';
import { receivedAtOf, requestLineOf, statusOf, textOf } from '../log-formats/request-of-fields.ts';
import { splitTarget } from '../log-formats/request-line.ts';
import { decodeAgent } from '../log-formats/unescape.ts';
import { factNames } from '../entry-facts.ts';
import type { EpochMinute } from '../epoch-minute.ts';
import { windowStartOf } from '../window.ts';
import { minuteOfInstant } from '../timestamp.ts';
import { wanted } from './alias-search.ts';

/** The fields of an entry as they were sent under their own names. */
export type SentFields = Record<string, unknown>;

const maxUserAgentLength = 1_024;
/** `%2520` for a blank. */
const longestEscape = 5;
const statusPattern = /^[1-5]\d\d$/;

/** Returns which fields of an entry are missing, as bits of `wanted`: other names may stand for them. */
export function missingIn(fields: SentFields): number {
  const { receivedAt, method, path, userAgent, status } = fields;
  return (
    (factNames.some((name) => fields[name] === undefined) ? wanted.facts : 0) |
    (receivedAt === undefined ? wanted.receivedAt : 0) |
    (method === undefined || path === undefined ? wanted.requestLine : 0) |
    (userAgent === undefined ? wanted.userAgent : 0) |
    (status === undefined ? wanted.status : 0)
  );
}

/** Reports whether any field of an entry is there, facts apart. */
export function hasOwnFields({ receivedAt, method, path, userAgent, status }: SentFields): boolean {
  return (
    receivedAt !== undefined ||
    method !== undefined ||
    path !== undefined ||
    userAgent !== undefined ||
    status !== undefined
  );
}

/**
 * Completes an entry with fields that it has under other programs' names, as `ship` reads them. A field under its own
 * name is always kept, so a wrong one is refused and never replaced.
 * @returns the reason why an object of another program is not an entry
 */
export function takeAliases(fields: SentFields, found: FoundFields): string | undefined {
  if (fields['receivedAt'] === undefined) {
    // Few objects have a mark, and copying what was found takes longer than looking for one.
    const reason = found.mark === undefined ? undefined : whyNotCounted(withOwnStatus(fields, found));
    if (reason !== undefined) return reason;
    takeInstant(fields, found);
  }
  const hasRequestLine = fields['method'] !== undefined && fields['path'] !== undefined;
  const hostOfTarget = hasRequestLine ? undefined : takeRequestLine(fields, found);
  if (fields['userAgent'] === undefined) {
    const userAgent = textOf(found, 'userAgent');
    if (userAgent !== undefined) {
      const start = userAgent.slice(0, longestEscape * maxUserAgentLength);
      fields['userAgent'] = decodeAgent(start).slice(0, maxUserAgentLength);
    }
  }
  if (fields['status'] === undefined) {
    // Servers write 0 or `-` where they have sent no status.
    const status = statusOf(found);
    if (status !== undefined && statusPattern.test(status)) fields['status'] = Number(status);
  }
  for (const name of factNames) if (fields[name] === undefined) takeFact(name, fields, found);
  fields['host'] ??= hostOfTarget;
  return undefined;
}

/** A status under its own name is a status, whatever it is. */
function withOwnStatus({ status }: SentFields, found: FoundFields): FoundFields {
  return status === undefined ? found : { ...found, status: [] };
}

function takeFact(name: (typeof factNames)[number], fields: SentFields, found: FoundFields): void {
  if (found[name] === undefined) return;
  const fact = name === 'durationMs' ? durationOf(found) : textOf(found, name);
  if (fact !== undefined) fields[name] = fact;
}

/** Takes the first time that can be read, or else the first one; the refusal then says what is wrong with it. */
function takeInstant(fields: SentFields, found: FoundFields): void {
  const times = found.receivedAt;
  const [first] = times ?? [];
  if (times === undefined || first === undefined) return;
  const milliseconds = typeof first.value === 'number' ? millisecondsOf(first.value) : undefined;
  if (milliseconds !== undefined) {
    // The minute is all that counts. Its text takes a quarter of the time of `toISOString`.
    fields['receivedAt'] = windowStartOf(Math.floor(milliseconds / 60_000) as EpochMinute);
    return;
  }
  const text = String(first.value);
  const date = times.find(({ name }) => name === 'date')?.value;
  const isInstant = minuteOfInstant(text) !== undefined;
  fields['receivedAt'] = isInstant ? text : (receivedAtOf(found, date, undefined) ?? text);
}

/** @returns the host, if the target is a whole address */
function takeRequestLine(fields: SentFields, found: FoundFields): string | undefined {
  const { method, path } = fields;
  const line = requestLineOf(withOwn(found, method, path));
  if (typeof line !== 'object') return undefined;
  if (method === undefined) fields['method'] = line.method;
  if (path !== undefined) return undefined;
  const target = splitTarget(line.target);
  fields['path'] = target.path;
  return target.host;
}

/** Replaces found fields with those under their own names. */
function withOwn(found: FoundFields, method: unknown, path: unknown): FoundFields {
  if (method === undefined && path === undefined) return found;
  return {
    ...found,
    ...(typeof method === 'string' && { method: [own('method', method)] }),
    ...(typeof path === 'string' && { path: [own('path', path)], query: [] }),
  };
}

function own(name: string, value: string): FoundValue {
  return { name, rank: 0, value };
}
