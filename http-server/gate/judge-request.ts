import { isIngestPath } from '../is-ingest-path.ts';
import { isCrossSite, isTopLevelNavigation, type HeaderValues } from './is-cross-site.ts';
import { forbidden, invalid, type Refusal } from './refusal.ts';
import { isAllowedHost, parseRequestHost, type RequestHost } from './request-host.ts';
import { parseRequestTarget, type RequestTarget } from './request-target.ts';

/** A request before its body is read. */
export interface RequestHead {
  readonly method: string;
  /** The target of the request line. */
  readonly target: string;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
}

/**
 * Headers that decide whose traffic a request is about, the id of a batch and its format. If one is sent twice, Node.js
 * keeps one value, the functions' events the other, and API Gateway joins them.
 */
const singleHeaders = [
  'x-customer-id',
  'x-scope-orgid',
  'authorization',
  'idempotency-key',
  'x-source',
  'x-invalid-entries',
  'content-type',
  'content-encoding',
  'content-length',
  'x-amz-firehose-request-id',
  'x-amz-firehose-access-key',
  'x-amz-firehose-common-attributes',
] as const;

const notATarget =
  'The request target is not valid. Send a path whose percent-encoding is correct, without the segments . and ..';
const useAllowedHost =
  'Use localhost or an IP address, or start the pipeline with this name in ALLOWED_HOSTS.';

/**
 * Decides whether a request may reach a function; returns `undefined` if it may.
 *
 * 1. It names exactly one host, which is `localhost`, an IP address or one of `allowedNames`.
 * 2. No page of another site sends it, unless the user follows a link to the dashboard.
 * 3. It has no two headers that contradict each other.
 */
export function judgeRequest(head: RequestHead, allowedNames: ReadonlySet<string>): Refusal | undefined {
  const valuesOf = headerValues(head.rawHeaders);
  const target = parseRequestTarget(head.target);
  const isIngest =
    (head.method === 'POST' || head.method === 'PUT') && target !== undefined && isIngestPath(target.path);
  if (target === undefined) return invalid(isIngest, notATarget);

  const hosts = hostsOf(target, valuesOf);
  if (typeof hosts === 'string') return invalid(isIngest, hosts);
  if (!hosts.every((host) => isAllowedHost(host, allowedNames))) {
    return forbidden(`The pipeline does not answer for this Host. ${useAllowedHost}`);
  }

  const isToDashboard = target.path === '/' && isTopLevelNavigation(head.method, valuesOf);
  if (!isToDashboard && hosts.some((host) => isCrossSite(valuesOf, host))) {
    return forbidden('Pages of other sites cannot use the pipeline. Open the dashboard or use a program.');
  }

  const repeated = singleHeaders.find((name) => valuesOf(name).length > 1);
  if (repeated !== undefined) {
    return invalid(isIngest, `The header ${repeated} was sent more than once. Send it once.`);
  }
  return undefined;
}

/** Returns the hosts that the request names, which must all be allowed; or a description of the problem. */
function hostsOf({ authority }: RequestTarget, valuesOf: HeaderValues): readonly RequestHost[] | string {
  const [sent, ...others] = valuesOf('host');
  if (others.length > 0) return 'The header Host was sent more than once. Send it once.';
  if (sent === undefined) return 'The header Host is required.';
  const hosts = [sent, ...(authority === undefined ? [] : [authority])].map(parseRequestHost);
  const parsed = hosts.filter((host) => host !== undefined);
  return parsed.length === hosts.length
    ? parsed
    : 'The Host is not valid: use a name or an IP address, with or without a port.';
}

/** Reads the headers once, since each request is asked for eight of them. */
function headerValues(rawHeaders: readonly string[]): HeaderValues {
  const values = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else before.push(value);
  }
  return (name) => values.get(name) ?? none;
}

const none: readonly string[] = [];
