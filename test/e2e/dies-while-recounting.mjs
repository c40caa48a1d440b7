// Loaded into `recount` with `--import`: kills it after it has replaced its first windows, and before the others.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { sourcesWithout } from './sources-without.mjs';

const survival = {
  file: 'lib/pipeline/recount/write-windows.ts',
  from: 'const results = await ports.windows.replace(waiting);',
  to: "const results = await ports.windows.replace(waiting);\n    process.kill(process.pid, 'SIGKILL');",
};

if (isMainThread) {
  register('./replacing-loader.mjs', import.meta.url, { data: sourcesWithout(['survival'], { survival }) });
}
