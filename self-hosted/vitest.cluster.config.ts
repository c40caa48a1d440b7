import { defineConfig } from 'vitest/config';

/** Tests of whole clusters, each with a Kafka, an S3 server and all roles of its own. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/cluster/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
