import { fileURLToPath } from 'node:url';

/** Returns the path of a Python program that `set-up.sh` installed. */
export function pythonProgram(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/.cache/test-real/bin/${name}`, import.meta.url));
}
