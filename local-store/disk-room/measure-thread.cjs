// Node.js can only start a thread with JavaScript; this file loads TypeScript support first.
const unregister = require('tsx/cjs/api').register();
require('./measure-thread.ts');
unregister();
