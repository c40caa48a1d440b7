// Serverless loads plugins with `require`, and on Node 20 that cannot be TypeScript. The emulator itself is loaded as
// the functions are, so that both share its modules: they work on one store and know each other's errors.
const { register } = require('tsx/esm/api');

module.exports = class LocalStorePlugin {
  constructor(serverless, options, { log }) {
    let emulator;
    this.hooks = {
      'before:offline:start': () => {
        throw new serverless.classes.Error(
          'Use `serverless offline start`: without `start` the stop is not clean.',
        );
      },
      'before:offline:start:init': async () => {
        register();
        const { openEmulator } = await import('./emulator.ts');
        emulator = await openEmulator({ serverless, options, log });
      },
      'offline:start:ready': () => emulator.start(),
      'before:offline:start:end': () => emulator.stop(),
    };
  }
};
