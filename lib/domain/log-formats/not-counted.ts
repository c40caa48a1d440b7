import type { FoundFields } from '../field-aliases/find-fields.ts';
import { isOtherProtocol } from './request-line.ts';

/** Names of fields with a message. */
const messages = ['@mt', 'MessageTemplate', 'message', 'msg'];
const protocols = new Set(['protocol', 'server_protocol', 'request_protocol']);
/** First lines of ASP.NET Core, chi's httplog, hapi-pino, tower-http and pino-http. */
const startOfRequest =
  /^(?:request (?:starting|start(?:ed)?|received)\b|started processing request|Request: [A-Z]{3,7} )/i;
const loggersOfCaddy = /^http\.(?:log\.error|handlers|stdlib)\b/;
/** Fields that loggers bind to all messages that an application writes while it answers a request. */
const boundToMessages = /^(?:req|httpRequest|http\.request)\./;
const isAnnounced = 'announces a request, which is logged again when it ends';

/**
 * Returns why a line with a request is not to be counted: it is of another protocol, or the log has another line for the
 * same request, which is written when the request ends.
 */
export function whyNotCounted({ mark, status, path, durationMs }: FoundFields): string | undefined {
  if (mark === undefined) return undefined;
  if (mark.some(({ name, value }) => protocols.has(name) && isOtherProtocol(String(value)))) {
    return 'is not an HTTP request';
  }
  // Most logs have no other mark than a protocol, and those come last.
  if (protocols.has(mark[0]?.name ?? '')) return undefined;
  const valueOf = (name: string): string | undefined => {
    const value = mark.find((other) => other.name === name)?.value;
    return value === undefined ? undefined : String(value);
  };
  // Kubernetes' audit log has an event for each stage of a request.
  const stage = valueOf('auditID') === undefined ? undefined : valueOf('stage');
  if (stage === 'RequestReceived' || stage === 'ResponseStarted') return isAnnounced;
  const kindInEnvoy = valueOf('access_log_type');
  if (kindInEnvoy === 'DownstreamStart' || kindInEnvoy === 'DownstreamPeriodic') return isAnnounced;
  const logger = valueOf('logger');
  if (logger !== undefined && loggersOfCaddy.test(logger)) {
    return "is a message of Caddy about a request, which Caddy's access log reports";
  }
  if (status !== undefined) return undefined;
  // django-structlog
  if (valueOf('event') === 'request_started') return isAnnounced;
  const message = messages.map(valueOf).find((text) => text !== undefined);
  if (message === undefined) return undefined;
  if (startOfRequest.test(message)) return isAnnounced;
  // Fastify repeats neither method nor path when a request ends.
  const isMessage = durationMs === undefined && boundToMessages.test(path?.[0]?.name ?? '');
  return isMessage && message !== 'incoming request'
    ? 'is a message about a request, which is logged when it ends'
    : undefined;
}
