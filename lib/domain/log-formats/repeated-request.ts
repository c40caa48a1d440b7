import type { FoundFields } from '../field-aliases/find-fields.ts';

/** Names of fields with a message. */
const messages = ['@mt', 'MessageTemplate', 'message', 'msg'];
/** First lines of ASP.NET Core, chi's httplog, hapi-pino, tower-http and pino-http. */
const startOfRequest =
  /^(?:request (?:starting|start(?:ed)?|received)\b|started processing request|Request: [A-Z]{3,7} )/i;
const loggersOfCaddy = /^http\.(?:log\.error|handlers|stdlib)\b/;
const isAnnounced = 'announces a request, which is logged again when it ends';

/**
 * Returns why a line with a request is not the one to count: the log has another line for the same request, which is
 * written when the request ends.
 */
export function whyRepeated({ mark, status }: FoundFields): string | undefined {
  if (mark === undefined) return undefined;
  const valueOf = (name: string): string | undefined => {
    const value = mark.find((other) => other.name === name)?.value;
    return value === undefined ? undefined : String(value);
  };
  // Kubernetes' audit log has an event for each stage of a request.
  const stage = valueOf('auditID') === undefined ? undefined : valueOf('stage');
  if (stage === 'RequestReceived' || stage === 'ResponseStarted') return isAnnounced;
  const kindInEnvoy = valueOf('access_log_type');
  if (kindInEnvoy === 'DownstreamStart' || kindInEnvoy === 'DownstreamPeriodic') return isAnnounced;
  if (loggersOfCaddy.test(valueOf('logger') ?? '')) {
    return "is a message of Caddy about a request, which Caddy's access log reports";
  }
  if (status !== undefined) return undefined;
  // django-structlog
  if (valueOf('event') === 'request_started') return isAnnounced;
  return messages.some((name) => startOfRequest.test(valueOf(name) ?? '')) ? isAnnounced : undefined;
}
