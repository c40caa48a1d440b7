import { join } from 'node:path';
import { openSecret } from './secret-file.ts';

/**
 * Returns the secret by which the share links of a data directory are signed, and makes it once.
 * @throws UnreadableFormat  its file is damaged
 */
export async function openLinkSecret(directory: string): Promise<Uint8Array> {
  const path = join(directory, 'link-secret');
  return Buffer.from(await openSecret({ path, ifRemoved: 'all share links then end' }), 'hex');
}
