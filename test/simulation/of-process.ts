import type { Process } from './scheduler.ts';

/** Keeps a value for each process, and creates it at the first request. */
export function ofProcess<T>(create: (process: Process) => T): (process: Process) => T {
  const known = new Map<string, T>();
  return (process) => {
    const value = known.get(process.name) ?? create(process);
    known.set(process.name, value);
    return value;
  };
}
