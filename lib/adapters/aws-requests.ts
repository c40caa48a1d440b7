import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Together far below the 29 s that a function has to answer, and more than a slow answer takes. */
const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
export const maxAttempts = 3;
/** `query` reads by the sixteen and `verify` by the thirty-two, and an instance of a consumer may do so for several windows. */
const maxSockets = 128;

/** For a client of its own. */
export function requestHandler(requestTimeout = timeouts.requestTimeout): NodeHttpHandler {
  return new NodeHttpHandler({ ...timeouts, requestTimeout, httpsAgent: { maxSockets } });
}
