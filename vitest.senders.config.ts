import { defineConfig } from 'vitest/config';

/** Tests with log senders that others wrote; `test/senders/set-up.sh` installs these. */
export default defineConfig({
  test: { include: ['test/senders/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 120_000, maxWorkers: 3 },
});
