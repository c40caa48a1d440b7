import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Together far below the 29 s that a function has to answer, and longer than a slow answer takes. */
const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
export const maxAttempts = 3;
/**
 * `query` reads 16 windows at a time and `verify` 32, and an instance of a consumer may do so for several windows.
 */
const maxSockets = 128;

/** Creates a request handler for one client. */
export function requestHandler(requestTimeout = timeouts.requestTimeout): NodeHttpHandler {
  return new NodeHttpHandler({ ...timeouts, requestTimeout, httpsAgent: { maxSockets } });
}
