import { once } from 'node:events';
import { createServer } from 'node:net';
import { listen } from './listen.ts';

/**
 * Checks that a server can listen at an address, before several processes try and fail.
 * @throws CannotStart  it cannot; the message says why
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer();
  await listen(server, host, port);
  server.close();
  await once(server, 'close');
}
