// The pipeline's emulator logs no lines per request, which makes it a fifth faster; so the ceiling logs none either.
const { register } = require('tsx/esm/api');

module.exports = class QuietPlugin {
  constructor(_serverless, _options, { log }) {
    this.hooks = {
      'before:offline:start:init': async () => {
        register();
        const { quietPerRequestLines } =
          await import('../../local-store/emulator/quiet-per-request-lines.ts');
        await quietPerRequestLines(log);
      },
    };
  }
};
