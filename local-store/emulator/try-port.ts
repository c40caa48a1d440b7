import { once } from 'node:events';
import { createServer } from 'node:net';
import { errorCode } from '../../lib/error-code.ts';

/** Result of an attempt to listen: the port, or the code of the system's error. */
export type TriedPort = { readonly port: number } | { readonly code: string };

/**
 * Listens on a port, and stops at once.
 * @param port  0 leaves the choice to the system
 */
export async function tryPort(host: string, port: number): Promise<TriedPort> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen(port, host);
    await listening;
    const address = server.address();
    return { port: typeof address === 'object' && address !== null ? address.port : port };
  } catch (error) {
    return { code: errorCode(error) ?? 'unknown' };
  } finally {
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  }
}
