// Node.js starts a thread with JavaScript alone; this teaches it TypeScript first.
const unregister = require('tsx/cjs/api').register();
require('./measure-thread.ts');
unregister();
