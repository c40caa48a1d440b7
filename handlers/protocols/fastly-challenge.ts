import { httpHandler, type HttpHandler } from '../http/http.ts';
import { routes } from '../http/routes.ts';
import type { App } from '../wiring.ts';

/**
 * `GET /.well-known/fastly/logging/challenge`: Fastly sends logs to a host only if the host allows it here, by a line
 * with the SHA-256 of the service's id, or with an asterisk for any service. The asterisk needs no setting and reveals
 * no id, and it lets nobody in: a service still needs an API key to have its logs counted.
 * https://www.fastly.com/documentation/guides/integrations/logging-endpoints/log-streaming-https/
 */
export function fastlyChallengeHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.answerFastlyChallenge, async () => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: '*\n',
  }));
}
