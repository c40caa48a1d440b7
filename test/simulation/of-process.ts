import type { Process } from './scheduler.ts';

/** Keeps something for each process: makes it when it is asked for first. */
export function ofProcess<T>(create: (process: Process) => T): (process: Process) => T {
  const known = new Map<string, T>();
  return (process) => {
    const value = known.get(process.name) ?? create(process);
    known.set(process.name, value);
    return value;
  };
}
