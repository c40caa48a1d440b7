import { once } from 'node:events';
import { createServer } from 'node:net';

/** Returns whether nothing listens on this port of the machine. */
export async function isFreePort(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

/** Returns a free port, chosen by the system. */
export async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new Error('The system has no port that is free.');
  return port;
}

/** Listens and stops at once. Returns the port, or `undefined` where it is in use. */
async function listenOnce(port: number): Promise<number | undefined> {
  const server = createServer();
  const outcome = new Promise<boolean>((resolve) => {
    server.once('listening', () => resolve(true));
    server.once('error', () => resolve(false));
  });
  server.listen(port, 'localhost');
  if (!(await outcome)) return undefined;
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? address?.port : undefined;
}
