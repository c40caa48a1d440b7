import { randomInt } from 'node:crypto';
import { isFreePort } from '../../commands/demo/free-port.ts';

/**
 * Ports that nobody listens at. They are below those that systems give to outgoing connections: a port from there can
 * be taken while the emulator is down between two starts, or a client that tries to reconnect can meet itself.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(12_000, 30_000);
    if (await isFreePort(port)) ports.add(port);
  }
  return [...ports];
}
