import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { packageService } from '../test/deploy/compiled-template.ts';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const { runs } = programOptions({
  program: 'npm run bench:cold-start --',
  summary:
    'Measures the time until a new instance of each function can be invoked: loading its bundle and wiring its parts, ' +
    'in a new process each time. The SDK is that of node_modules; Lambda has its own.',
  options: {
    runs: count('new processes for each function', 11),
  },
});
const repository = fileURLToPath(new URL('../', import.meta.url));

/**
 * Loading is synchronous; clients are loaded and created in the microtasks after it, and ready before an immediate.
 */
const script = `
  const began = performance.now();
  require(process.argv[1]);
  const loaded = performance.now();
  setImmediate(() => {
    console.log(JSON.stringify({ load: loaded - began, wire: performance.now() - loaded }));
  });
`;
const measuredSchema = z.object({ load: z.number(), wire: z.number() });
type Measured = z.output<typeof measuredSchema>;

const { bundleBytes } = await packageService('dev');
const measured = new Map([...bundleBytes.keys()].map((key) => [key, [] as Measured[]]));
// Functions take turns, so that other load on the machine affects all of them.
for (let run = 0; run < runs; run++) for (const [key, all] of measured) all.push(measure(key));

printTable(
  `Cold start: median of ${runs} new processes each`,
  ['function', 'kB', 'load ms', 'wire ms', 'slowest ms'],
  [...measured].map(([key, all]) => [
    key,
    ((bundleBytes.get(key) ?? 0) / 1_000).toFixed(0),
    median(all.map(({ load }) => load)).toFixed(0),
    median(all.map(({ wire }) => wire)).toFixed(0),
    Math.max(...all.map(({ load, wire }) => load + wire)).toFixed(0),
  ]),
);

function measure(functionKey: string): Measured {
  const bundle = join(repository, 'build', functionKey, 'index.cjs');
  const { PATH } = process.env;
  const output = execFileSync(process.execPath, ['-e', script, bundle], {
    env: { PATH, NODE_NO_WARNINGS: '1', STORAGE: 'aws', AWS_REGION: 'us-east-1' },
    encoding: 'utf8',
  });
  return measuredSchema.parse(JSON.parse(output));
}
