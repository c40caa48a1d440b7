import { createHttpFunctions } from '../http/functions.ts';
import { startHttpServer } from '../http/http-server.ts';
import type { RoleContext, RunningRole } from './role.ts';

/** The role `api` at work. */
export interface RunningApi extends RunningRole {
  readonly port: number;
}

/**
 * Starts serving requests.
 * @throws CannotStart  the server cannot listen at its address
 */
export async function startApi(context: RoleContext): Promise<RunningApi> {
  const { config, pipeline, authorizer, clock, logger } = context;
  const { host, port } = config;
  const server = await startHttpServer({
    host,
    port,
    functions: createHttpFunctions(pipeline.app),
    authorizer,
    allowedNames: new Set([...config.pipeline.allowedHosts, host.toLowerCase()]),
    limits: { maxBatchBytes: config.pipeline.maxBatchBytes },
    clock,
    logger,
  });
  let isStopping = false;
  return {
    name: 'api',
    port: server.port,
    problem: () => (isStopping ? 'it is stopping' : undefined),
    async stop(timeoutMilliseconds) {
      isStopping = true;
      await server.stop(timeoutMilliseconds);
    },
  };
}
