import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';

type Lookup = (name: string) => Promise<{ readonly address: string }>;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Makes sure that `localhost` is this machine. The server listens on whatever address the name resolves to, and the
 * hosts file or a name server may set any.
 * @throws Error  it is another address; the message names it
 */
export async function requireLoopback(host: unknown, lookUp: Lookup = lookup): Promise<void> {
  if (host !== 'localhost') return; // the user chose this host
  const { address } = await lookUp(host);
  if (loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return;
  throw new Error(
    `localhost is ${address} on this machine, which others can reach. Correct the hosts file, or start with --host 127.0.0.1.`,
  );
}
