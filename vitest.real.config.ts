import { defineConfig } from 'vitest/config';

/** Tests that need programs which others wrote; `test/real/set-up.sh` installs these. */
export default defineConfig({
  test: { include: ['test/real/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
});
