import { defineConfig } from 'vitest/config';

/** The contract of the object store, for the bucket that the environment names: `npm run check:store`. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['store-contract/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
