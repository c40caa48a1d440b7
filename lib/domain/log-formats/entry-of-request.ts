import { parseLogEntry, problemsOf } from '../log-entry.ts';
import type { LoggedRequest } from './line-format.ts';
import { splitTarget } from './request-line.ts';

/** An entry in the form in which `POST /logs` takes it. */
export interface LoggedEntry {
  readonly receivedAt: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly status?: number;
  readonly bytes?: number;
  readonly durationMs?: number;
  readonly referrer?: string;
  readonly host?: string;
  readonly clientIp?: string;
}

export interface EntryOptions {
  /** Paths are sent with their query string. */
  readonly isQueryKept: boolean;
  /** Entries have the address of the client, for counting visitors. */
  readonly hasClientIp?: boolean | undefined;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const maxUserAgentLength = 1_024;
const maxBytes = 2 ** 43;
const maxDurationMs = 86_400_000;
const maxHostLength = 255;
const maxReferrerLength = 2_048;
const statusPattern = /^[1-5]\d\d$/;
const digits = /^\d{1,16}$/;
const webAddress = /^https?:\/\/[^/?#\s]/i;
const hostPattern = /^[\w.:[\]-]+$/;
const addressPattern = /^[0-9a-f.:]{2,45}$/i;

/**
 * Returns the entry for a request, or the reason why the pipeline would not accept it: this applies the pipeline's own rules,
 * so that one bad line does not make it refuse a batch. It leaves out facts that are not valid. It cuts an agent that is too
 * long, because only its family is counted. It does not cut a path, which would be counted as a path that nobody requested.
 */
export function entryOfRequest(
  request: LoggedRequest,
  options: EntryOptions,
):
  | { readonly entry: LoggedEntry; readonly reason?: undefined }
  | { readonly entry?: undefined; readonly reason: string } {
  const entry = loggedEntryOf(request, options);
  if (parseLogEntry(entry) !== undefined) return { entry };
  return {
    reason: problemsOf(entry)
      .map(({ field, reason }) => `${field ?? 'it'} ${reason}`)
      .join(', '),
  };
}

/** Returns the entry for a request as `entryOfRequest` does, whether the pipeline accepts it or not. */
export function loggedEntryOf(
  request: LoggedRequest,
  { isQueryKept, hasClientIp = false }: EntryOptions,
): LoggedEntry {
  const { receivedAt, method, target, userAgent = '', status, clientIp } = request;
  const { host, path } = splitTarget(target);
  // One object, filled in place: a spread for each field took as long as the rest.
  const entry: Writable<LoggedEntry> = {
    receivedAt,
    method,
    path: isQueryKept ? path : withoutQuery(path),
    userAgent: userAgent.length > maxUserAgentLength ? userAgent.slice(0, maxUserAgentLength) : userAgent,
  };
  if (status !== undefined && statusPattern.test(status)) entry.status = Number(status);
  addFacts(entry, request, host, isQueryKept);
  if (hasClientIp && clientIp !== undefined && addressPattern.test(clientIp)) entry.clientIp = clientIp;
  return entry;
}

function addFacts(
  entry: Writable<LoggedEntry>,
  { bytes, durationMs, referrer, host }: LoggedRequest,
  hostOfTarget: string | undefined,
  isQueryKept: boolean,
): void {
  if (bytes !== undefined && digits.test(bytes) && Number(bytes) <= maxBytes) entry.bytes = Number(bytes);
  if (durationMs !== undefined && durationMs >= 0 && durationMs <= maxDurationMs) {
    entry.durationMs = Math.round(durationMs);
  }
  if (referrer !== undefined && referrer.length <= maxReferrerLength && webAddress.test(referrer)) {
    entry.referrer = isQueryKept ? referrer : withoutQuery(referrer);
  }
  const name = host ?? hostOfTarget;
  if (name !== undefined && name.length > 1 && name.length <= maxHostLength && hostPattern.test(name)) {
    entry.host = name.toLowerCase();
  }
}

/** Queries may have secrets, and so may fragments of a referrer. */
function withoutQuery(text: string): string {
  const query = text.indexOf('?');
  return query < 0 ? text : text.slice(0, query);
}
