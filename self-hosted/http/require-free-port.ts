import { once } from 'node:events';
import { createServer } from 'node:net';
import { CannotStart } from '../cannot-start.ts';
import { describeListenFailure } from './listen-failure.ts';

/**
 * Makes sure that a server can listen at an address, before processes are started that would all fail to.
 * @throws CannotStart  it cannot; the message says why
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port });
    await listening;
  } catch (cause) {
    throw new CannotStart(describeListenFailure(host, port, cause), { cause });
  }
  server.close();
  await once(server, 'close');
}
