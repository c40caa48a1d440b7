import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Keeps serverless-offline from opening its port for invocations (`--lambdaPort`), where anybody could call a
 * function with a made-up event: the port has no authentication and accepts any content type, so a web page could
 * reach it. HTTP requests and event sources invoke functions within the process. serverless-offline does not export
 * this module; its version is pinned.
 */
export async function closeLambdaPort(): Promise<void> {
  const offline = pathToFileURL(createRequire(import.meta.url).resolve('serverless-offline'));
  const { default: LambdaServer } = (await import(new URL('lambda/HttpServer.js', offline).href)) as {
    default: { prototype: { start: () => Promise<void> } };
  };
  LambdaServer.prototype.start = async () => undefined;
}
