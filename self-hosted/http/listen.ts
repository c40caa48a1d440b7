import { once } from 'node:events';
import type { Server } from 'node:net';
import { CannotStart } from '../cannot-start.ts';
import { describeListenFailure } from './listen-failure.ts';

/**
 * Makes a server listen at an address.
 * @throws CannotStart  it cannot; the message says why
 */
export async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port });
    await listening;
  } catch (cause) {
    throw new CannotStart(describeListenFailure(host, port, cause), { cause });
  }
}
