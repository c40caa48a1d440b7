import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { longFilesFirst } from './test/long-files-first.ts';

/** Tests of whole pipelines, which are never unit tests, and tests that need other programs: see `vitest.real.config.ts` and `vitest.senders.config.ts`. */
const wholePipelines = 'test/{aws,deploy,e2e}/**';
const otherPrograms = 'test/{real,senders}/**';
const otherKinds = 'test/**/*.{process,crash,long}.test.ts';

// No test depends on the speed of the machine: these limits end what hangs. A poll would give up after a second.
const expect = { poll: { timeout: 100_000 } };
const short = { testTimeout: 120_000, hookTimeout: 120_000, expect };
// Modules keep no state, so that files of one worker can share them: loading takes a third of the time otherwise.
const shared = { isolate: false };
const long = { testTimeout: 300_000, hookTimeout: 120_000, expect };

/** Files that take half a minute or more, on two quiet cores. */
const longFiles = [
  'e2e/crash-table.crash.test.ts',
  'e2e/protections.crash.test.ts',
  'e2e/recount.crash.test.ts',
  'handlers/bounded-work.long.test.ts',
  'aws/scenario.long.test.ts',
  'e2e/outstanding.long.test.ts',
  'simulation/protections.long.test.ts',
  'e2e/time.long.test.ts',
  'e2e/stop.long.test.ts',
  'e2e/demo.long.test.ts',
  'e2e/data-directory.long.test.ts',
];

/** The kind of a test is in its folder and in the ending of its name. CONTRIBUTING.md says which script runs which kind. */
export default defineConfig({
  test: {
    // Tests mostly wait for processes, so two files run at once even on two cores, where vitest would run one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // The same holds for tests of one file that may run at once.
    maxConcurrency: 2,
    sequence: { sequencer: longFilesFirst(longFiles) },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [wholePipelines, otherPrograms, otherKinds],
          globalSetup: ['test/memory-files.ts'],
          setupFiles: ['test/refuse-processes.ts', 'test/use-memory-files.ts'],
          ...shared,
          ...short,
        },
      },
      {
        test: { name: 'processes', include: ['test/**/*.process.test.ts'], ...shared, ...short },
      },
      {
        test: {
          name: 'e2e',
          include: [`${wholePipelines}/*.test.ts`],
          exclude: [otherKinds],
          ...shared,
          ...long,
        },
      },
      { test: { name: 'crashes', include: ['test/**/*.crash.test.ts'], ...long } },
      { test: { name: 'long', include: ['test/**/*.long.test.ts'], ...long } },
    ],
  },
});
