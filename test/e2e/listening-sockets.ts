import { readdir, readFile, readlink } from 'node:fs/promises';

/** Returns the TCP addresses at which a process listens, from the kernel. Only for Linux. */
export async function listeningSockets(pid: number): Promise<string[]> {
  const inodes = await socketsOf(pid);
  const tables = ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8'));
  return (await Promise.all(tables)).flatMap((table) =>
    table.split('\n').flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      return state === '0A' && inodes.has(inode) ? [addressOf(local)] : [];
    }),
  );
}

async function socketsOf(pid: number): Promise<ReadonlySet<string | undefined>> {
  const directory = `/proc/${pid}/fd`;
  const links = (await readdir(directory)).map((descriptor) => readlink(`${directory}/${descriptor}`));
  const targets = (await Promise.allSettled(links)).map((link) =>
    link.status === 'fulfilled' ? link.value : '',
  );
  return new Set(targets.map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1]));
}

/** Parses an address such as `0100007F:0BB8`; of IPv6, only `::1` is written in the usual form. */
function addressOf(local: string): string {
  const [address = '', port = ''] = local.split(':');
  const isLoopback6 = address === '00000000000000000000000001000000';
  const octets = [...Buffer.from(address, 'hex')].toReversed().join('.');
  const host = address.length === 8 ? octets : isLoopback6 ? '[::1]' : address;
  return `${host}:${Number.parseInt(port, 16)}`;
}
