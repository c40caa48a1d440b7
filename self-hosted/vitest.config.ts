import { defineConfig } from 'vitest/config';

/** Tests with a real Kafka and a real S3 server; `set-up.sh` installs them. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    // They start services of their own: see `vitest.cluster.config.ts`.
    exclude: ['test/cluster/**'],
    globalSetup: ['test/services.ts'],
    // Each file has topics of its own, but two cores are soon busy with the broker.
    maxWorkers: 2,
    // No test depends on the speed of the machine: these limits end what hangs.
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
