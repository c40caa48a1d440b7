import { defineConfig } from 'vitest/config';
import { longFilesFirst } from './test/long-files-first.ts';

/** Files that take half a minute or more, on two quiet cores. */
const longFiles = [
  'real/dashboard-counting.test.ts',
  'real/dashboard-use.test.ts',
  'real/container.test.ts',
  'real/dashboard-charts.test.ts',
  'real/template.test.ts',
  'real/dashboard-lists.test.ts',
  'real/disk-full.test.ts',
  'real/dashboard-customers.test.ts',
];

/** Tests that need programs which others wrote; `test/real/set-up.sh` installs these. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    // Each file has a pipeline, a browser and directories of its own, and waits for them during much of its time.
    maxWorkers: 2,
    sequence: { sequencer: longFilesFirst(longFiles) },
    // No test depends on the speed of the machine: these limits end what hangs. A poll would give up after a second.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 100_000 } },
  },
});
