import { once } from 'node:events';
import type { Server } from 'node:http';

/** A server in this process, on a free port of this machine. */
export interface RunningServer {
  /** `http://127.0.0.1:…` */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

export async function listen(server: Server): Promise<RunningServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
