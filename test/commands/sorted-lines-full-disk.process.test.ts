import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryDirectory } from './counted-directory.ts';

it.skipIf(process.platform === 'win32')(
  'says that the disk is full and what to do, and leaves no file',
  async () => {
    const directory = await temporaryDirectory();
    const program = ['--import', 'tsx', join(import.meta.dirname, 'full-sorter.ts')];
    const limited = ['-c', 'ulimit -f 8000 && exec "$@"', 'sh', process.execPath, ...program];
    const env = { ...process.env, TMPDIR: directory };
    const { stdout } = await promisify(execFile)('sh', limited, { env });
    expect(stdout).toMatch(
      /^The temporary directory .* cannot be written \(.+\): its disk is probably full\. Free some space there, or name a directory on another disk in the environment variable TMPDIR\.$/,
    );
    expect((await readdir(directory)).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  },
);
