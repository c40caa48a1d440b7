// Loaded by `--import`, before TypeScript is: removes protections, each by replacing its pieces of source.
//   WITHOUT  which ones, separated by commas
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { sourcesWithout } from '../e2e/sources-without.mjs';
import { allProtections } from './all-protections.mjs';

if (isMainThread && process.env.WITHOUT !== undefined) {
  register('../e2e/replacing-loader.mjs', import.meta.url, {
    data: sourcesWithout(process.env.WITHOUT.split(','), allProtections),
  });
}
