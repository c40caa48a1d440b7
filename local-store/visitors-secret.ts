import { join } from 'node:path';
import { openSecret, readSecret, type SecretFile } from './secret-file.ts';

/**
 * Returns the secret by which the visitors of a data directory are hashed, and makes it once. With another one, a visitor
 * of today would be counted twice.
 * @throws UnreadableFormat  its file is damaged
 */
export async function openVisitorsSecret(directory: string): Promise<string> {
  return openSecret(fileIn(directory));
}

/**
 * Reads the secret; returns `undefined` where none was made yet.
 * @throws UnreadableFormat  its file is damaged
 */
export async function readVisitorsSecret(directory: string): Promise<string | undefined> {
  return readSecret(fileIn(directory));
}

function fileIn(directory: string): SecretFile {
  return {
    path: join(directory, 'visitors-secret'),
    ifRemoved: 'visitors of today are then counted anew',
  };
}
