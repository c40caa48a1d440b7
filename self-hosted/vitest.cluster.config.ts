import { defineConfig } from 'vitest/config';

/** Tests of whole clusters, each with a Kafka, an S3 server and all roles of its own. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/cluster/**/*.test.ts'],
    fileParallelism: false,
    // No test depends on the speed of the machine: these limits end what hangs.
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
