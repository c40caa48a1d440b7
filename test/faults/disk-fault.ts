import type { Chance } from './chance.ts';

/** A fault for `faulty-disk.mjs`. */
export type DiskFault = {
  readonly operation: string;
  /** Text in the paths of the operations that fail. */
  readonly path: string;
} & ({ readonly code: string } | { readonly delayMilliseconds: number });

interface Operation {
  readonly name: string;
  readonly paths: readonly [string, ...string[]];
  /** Errors with which the operation may end. */
  readonly codes: readonly [string, ...string[]];
}

const objects = ['/objects/'] as const;
const anyObjects = ['/objects/', '/batches/', '/aggregates/'] as const;
const log = ['log'] as const;

export const operations: readonly Operation[] = [
  { name: 'create', paths: objects, codes: ['ENOSPC', 'EACCES', 'EIO', 'EROFS'] },
  { name: 'write', paths: objects, codes: ['ENOSPC', 'EIO'] },
  { name: 'fdatasync', paths: objects, codes: ['ENOSPC', 'EIO'] },
  { name: 'fsync', paths: anyObjects, codes: ['EIO'] },
  { name: 'link', paths: anyObjects, codes: ['ENOSPC', 'EACCES', 'EIO', 'EROFS'] },
  { name: 'rename', paths: anyObjects, codes: ['ENOSPC', 'EACCES', 'EIO', 'EROFS'] },
  { name: 'mkdir', paths: anyObjects, codes: ['ENOSPC', 'EACCES', 'EIO', 'EROFS'] },
  { name: 'read', paths: anyObjects, codes: ['EACCES', 'EIO'] },
  { name: 'reserve', paths: log, codes: ['ENOSPC', 'EIO'] },
  { name: 'commit', paths: log, codes: ['EIO'] },
];

const maxDelayMilliseconds = 400;

/** Plans a disk fault, mostly one that fails; `faulty-disk.mjs` has no slow reads. */
export function planDiskFault({ oneOf, happens, upTo }: Chance): DiskFault {
  const [first, ...others] = operations;
  if (first === undefined) throw new Error('There is no operation that could fail.');
  const { name, paths, codes } = oneOf(first, ...others);
  const befallen = { operation: name, path: oneOf(...paths) };
  return name !== 'read' && happens(0.25)
    ? { ...befallen, delayMilliseconds: upTo(maxDelayMilliseconds) }
    : { ...befallen, code: oneOf(...codes) };
}

export function describeDiskFault(fault: DiskFault): string {
  const what = 'code' in fault ? fault.code : `${fault.delayMilliseconds} ms`;
  return `disk ${what} at ${fault.operation} of ${fault.path}`;
}
