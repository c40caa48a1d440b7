import { randomInt } from 'node:crypto';
import { isFreePort } from '../../commands/emulator/free-port.ts';

/**
 * Below those that systems give to outgoing connections: a port from there can be taken while the emulator is down
 * between two starts, or a client that tries to reconnect can meet itself.
 */
const firstPort = 12_000;
const ports = 18_000;
/** More than there are workers of Vitest at one time. */
const workers = 40;
const portsPerWorker = ports / workers;

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % workers;
let next = randomInt(portsPerWorker);

/**
 * Finds ports that nobody listens at. Each worker of Vitest has a range of its own, and takes one after the other: the port
 * of an emulator that is down, or not up yet, looks free, and a test would meet the emulator of another one there.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = firstPort + worker * portsPerWorker + next;
    next = (next + 1) % portsPerWorker;
    if (await isFreePort(port)) found.push(port);
  }
  return found;
}
