import { respondJson, type Answer, type ErrorAnswer } from '../../http/respond.ts';

/** Clients refuse to talk to a server whose answers do not have this header. */
const product = { 'x-elastic-product': 'Elasticsearch' };

/** Answers JSON, or text that is JSON already, in the form of Elasticsearch. */
export function respondElasticsearch(body: object | string): Answer {
  if (typeof body !== 'string') return respondJson(200, body, product);
  return { status: 200, headers: { 'content-type': 'application/json', ...product }, body };
}

/**
 * Writes an error in the form of Elasticsearch; trouble that passes is a sentence, as a proxy in front of Elasticsearch
 * answers. rsyslog ignores the status: it takes any JSON without results for a final refusal, and loses the lines.
 */
export function elasticsearchError({ status, headers, errorDescription }: ErrorAnswer): Answer {
  if (status >= 500 || status === 429) {
    const asText = { 'content-type': 'text/plain; charset=utf-8', ...product };
    return { status, headers: { ...headers, ...asText }, body: `${errorDescription}\n` };
  }
  const cause = { type: typeOf(status), reason: errorDescription };
  return respondJson(
    status,
    { error: { root_cause: [cause], ...cause }, status },
    { ...headers, ...product },
  );
}

function typeOf(status: number): string {
  if (status === 403) return 'security_exception';
  if (status === 413) return 'content_too_long_exception';
  return 'illegal_argument_exception';
}
