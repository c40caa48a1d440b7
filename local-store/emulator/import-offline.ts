import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Imports a module of serverless-offline that the package does not export; its version is pinned.
 * @param path  that of the module below the package's main file
 */
export function importOffline(path: string): Promise<unknown> {
  const main = pathToFileURL(createRequire(import.meta.url).resolve('serverless-offline'));
  return import(new URL(path, main).href);
}
