import { tryPort } from '../../local-store/emulator/try-port.ts';

/** Returns whether nothing listens on this port of the machine. */
export async function isFreePort(port: number): Promise<boolean> {
  return 'port' in (await tryPort('localhost', port));
}

/** Returns a free port, chosen by the system. */
export async function freePort(): Promise<number> {
  const tried = await tryPort('localhost', 0);
  if ('port' in tried) return tried.port;
  throw new Error(`The system has no port that is free (${tried.code}).`);
}
