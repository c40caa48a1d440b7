#!/usr/bin/env node
// Node 20 cannot load TypeScript, so it is transformed as it is loaded.
import { pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';

const unregister = register();
const { main } = await import('../commands/main.ts');
const next = await main(process.argv.slice(2));
if (next !== undefined) {
  await unregister();
  process.chdir(next.directory);
  Object.assign(process.env, next.env);
  process.argv.splice(1, Infinity, next.path, ...next.args);
  await import(pathToFileURL(next.path).href);
}
