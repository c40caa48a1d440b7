import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requireFreePort } from '../../../local-store/emulator/require-free-port.ts';

async function portOf(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, 'localhost');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port; // it listens on a port
}

describe('the check of the port', () => {
  it('passes a port that is free, and leaves it free', async () => {
    const port = await portOf(() => {});
    await expect(requireFreePort('127.0.0.2', port)).resolves.toBeUndefined();
    await expect(requireFreePort('127.0.0.2', String(port))).resolves.toBeUndefined();
  });

  it('names the option that chooses another port, and says that a pipeline has this one', async () => {
    const port = await portOf((_request, response) => response.end('{"status":"ok"}'));
    await expect(requireFreePort('localhost', port)).rejects.toThrow(
      `Port ${port} is in use: a log analytics pipeline answers there, most likely one that was started before. ` +
        'Stop it, or start on another port: npm start -- --port 8080',
    );
  });

  it('says that another program uses it', async () => {
    const port = await portOf((_request, response) => response.end('hello'));
    await expect(requireFreePort('localhost', port)).rejects.toThrow('another program listens there');
  });

  it('does not wait for a program that does not answer', async () => {
    const server = createTcpServer(() => {}).listen(0, 'localhost');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // it listens on a port
    await expect(requireFreePort('localhost', port)).rejects.toThrow('another program listens there');
  });

  it('leaves invalid ports, and hosts of others, to the server', async () => {
    await expect(requireFreePort('localhost', 'x')).resolves.toBeUndefined();
    await expect(requireFreePort('192.0.2.1', 3_000)).resolves.toBeUndefined();
  });
});
