import { defineConfig } from 'vitest/config';

/** Tests that need programs which others wrote; `test/real/set-up.sh` installs these. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    // No test depends on the speed of the machine: these limits end what hangs. A poll would give up after a second.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
