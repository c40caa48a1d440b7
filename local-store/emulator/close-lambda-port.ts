import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Keeps serverless-offline from opening its port for invocations (`--lambdaPort`), where anybody could hand a function a
 * made-up event: it has no authentication and takes any content type, so that a page in a browser can reach it. HTTP
 * requests and event sources invoke the functions within the process. The module is not one that serverless-offline
 * exports; its version is pinned.
 */
export async function closeLambdaPort(): Promise<void> {
  const offline = pathToFileURL(createRequire(import.meta.url).resolve('serverless-offline'));
  const { default: LambdaServer } = (await import(new URL('lambda/HttpServer.js', offline).href)) as {
    default: { prototype: { start: () => Promise<void> } };
  };
  LambdaServer.prototype.start = async () => undefined;
}
