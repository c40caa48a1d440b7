// Serverless loads plugins with `require`, which cannot load TypeScript on Node 20. The emulator itself is loaded
// like the functions, so that both share its modules: they work on one store and know each other's errors.
const { register: registerHooks } = require('node:module');
const { pathToFileURL } = require('node:url');
const { register } = require('tsx/esm/api');

module.exports = class LocalStorePlugin {
  constructor(serverless, options, { log }) {
    let emulator;
    this.hooks = {
      'before:offline:start': () => {
        throw new serverless.classes.Error(
          'Use `serverless offline start`: without `start` it cannot stop cleanly.',
        );
      },
      'before:offline:start:init': async () => {
        register();
        registerHooks('./unnamed-closures.mjs', pathToFileURL(__filename));
        const { openEmulator } = await import('./emulator.ts');
        emulator = await openEmulator({ serverless, options, log });
      },
      'offline:start:ready': () => emulator.start(),
      'before:offline:start:end': () => emulator.stop(),
    };
  }
};
