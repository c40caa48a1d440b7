import { fileURLToPath } from 'node:url';

/** Where `set-up.sh` has put a program that is written in Python. */
export function pythonProgram(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/.cache/test-real/bin/${name}`, import.meta.url));
}
