import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Emulator, type EmulatorOptions } from './emulator.ts';
import { loading } from './loaded-modules.ts';

/** The fault that `faulty-disk.mjs` applies. */
export interface Fault {
  readonly operation: string;
  readonly path: string;
  readonly code?: string;
  readonly stands?: true;
  readonly exitsAfter?: true;
}

export interface FaultyDisk {
  readonly emulator: Emulator;
  /** Sets the fault from now on, in place of the one before. */
  readonly breakDisk: (fault: Fault) => Promise<void>;
  readonly heal: () => Promise<void>;
}

/**
 * Runs an emulator whose disk fails when a test says so, while the tests of the file run. Each test begins with an
 * intact disk.
 */
export function useFaultyDisk(options: EmulatorOptions = {}): FaultyDisk {
  const emulator = new Emulator(options);
  let directory: string;
  const faultFile = () => join(directory, 'fault.json');
  const breakDisk = async (fault: Fault) => {
    // Written as a whole, since it can be read at any moment.
    await writeFile(`${faultFile()}.new`, JSON.stringify(fault));
    await rename(`${faultFile()}.new`, faultFile());
  };
  const heal = () => rm(faultFile(), { force: true });
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'log-analytics-fault-'));
    await emulator.start({ ...loading('faulty-disk.mjs'), FAULT_FILE: faultFile() });
  });
  afterEach(heal);
  afterAll(async () => {
    await emulator.remove();
    await rm(directory, { recursive: true });
  });
  return { emulator, breakDisk, heal };
}
