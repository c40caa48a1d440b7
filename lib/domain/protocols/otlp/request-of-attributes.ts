import type { LoggedRequest } from '../../log-formats/line-format.ts';
import type { OtlpFields, OtlpValue } from './otlp-record.ts';

/** A method that the conventions do not know; another attribute has it as it was sent. */
const otherMethod = '_OTHER';

/**
 * Returns the request that a record's attributes describe by the semantic conventions, the stable ones or those before
 * them; `undefined` if they describe none. The time is the record's own.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/
 */
export function requestOfAttributes(fields: OtlpFields, at: string | undefined): LoggedRequest | undefined {
  const method = methodOf(fields);
  const target = targetOf(fields);
  if (method === undefined || target === undefined || at === undefined) return undefined;
  return {
    receivedAt: at,
    method,
    target,
    userAgent: textOf(fields, 'user_agent.original', 'http.user_agent', 'http.request.header.user-agent'),
    status: textOf(fields, 'http.response.status_code', 'http.status_code'),
    bytes: textOf(fields, 'http.response.body.size', 'http.response_content_length'),
    referrer: textOf(fields, 'http.request.header.referer'),
    host: textOf(fields, 'url.domain', 'server.address', 'http.host'),
    clientIp: textOf(fields, 'client.address', 'http.client_ip'),
  };
}

function methodOf(fields: OtlpFields): string | undefined {
  const method = textOf(fields, 'http.request.method', 'http.method');
  return method === otherMethod ? (textOf(fields, 'http.request.method_original') ?? method) : method;
}

function targetOf(fields: OtlpFields): string | undefined {
  const path = textOf(fields, 'url.path');
  if (path === undefined) return textOf(fields, 'http.target', 'url.full', 'http.url');
  const query = textOf(fields, 'url.query');
  return query === undefined ? path : `${path}?${query}`;
}

/** Returns the first of the values that says something. A header is a list of its values. */
function textOf(fields: OtlpFields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value: OtlpValue = fields[name];
    const [first] = Array.isArray(value) ? (value as readonly OtlpValue[]) : [value];
    if (typeof first === 'string' && first !== '') return first;
    if (typeof first === 'number') return String(first);
  }
  return undefined;
}
