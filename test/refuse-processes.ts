/**
 * Keeps unit tests from starting processes, which take longer than everything else: a test that needs one belongs in
 * a file whose name ends in `.process.test.ts`. The unit project loads this file before each test file.
 */
import childProcess, { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

function refuse(): never {
  throw new Error('A unit test started a process. Give its file a name that ends in .process.test.ts.');
}

// Every way to start a process without waiting for its end uses this method.
Object.defineProperty(ChildProcess.prototype, 'spawn', { value: refuse });
Object.assign(childProcess, { spawnSync: refuse, execSync: refuse, execFileSync: refuse });
syncBuiltinESMExports();
