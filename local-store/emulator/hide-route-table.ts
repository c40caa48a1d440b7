import { importOffline } from './import-offline.ts';

/**
 * Keeps serverless-offline from printing a table of all routes at the start. It would hide the few lines that a user
 * needs, and half of its rows are addresses for invocations, which the gate refuses.
 */
export async function hideRouteTable(): Promise<void> {
  const { default: HttpServer } = (await importOffline('events/http/HttpServer.js')) as {
    default: { prototype: { writeRoutesTerminal: () => void } };
  };
  HttpServer.prototype.writeRoutesTerminal = () => {};
}
