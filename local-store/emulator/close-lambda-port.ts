import { importOffline } from './import-offline.ts';

/**
 * Keeps serverless-offline from opening its port for invocations (`--lambdaPort`), where anybody could call a
 * function with a made-up event: the port has no authentication and accepts any content type, so a web page could
 * reach it. HTTP requests and event sources invoke functions within the process.
 */
export async function closeLambdaPort(): Promise<void> {
  const { default: LambdaServer } = (await importOffline('lambda/HttpServer.js')) as {
    default: { prototype: { start: () => Promise<void> } };
  };
  LambdaServer.prototype.start = async () => undefined;
}
