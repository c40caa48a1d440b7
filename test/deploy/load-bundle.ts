import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const loadedSchema = z.object({ handler: z.string(), clients: z.array(z.string()) });
export type LoadedBundle = z.output<typeof loadedSchema>;

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Loads a bundle in its own process and reports what exists before any invocation. */
const script = `
  const { handler } = require(process.argv[1]);
  setImmediate(() => {
    const clients = Object.keys(require.cache).flatMap((file) => /@aws-sdk.(client-[a-z0-9]+)/.exec(file)?.[1] ?? []);
    console.log(JSON.stringify({ handler: typeof handler, clients: [...new Set(clients)].sort() }));
  });
`;

/** Loads the bundle of a packaged function, as Lambda does before the first invocation. */
export function loadBundle(functionKey: string, environment: Readonly<Record<string, string>>): LoadedBundle {
  const { PATH } = process.env;
  const output = execFileSync(
    process.execPath,
    ['-e', script, `${repository}build/${functionKey}/index.cjs`],
    {
      cwd: repository,
      env: { PATH, NODE_NO_WARNINGS: '1', AWS_REGION: 'us-east-1', ...environment },
      encoding: 'utf8',
    },
  );
  return loadedSchema.parse(JSON.parse(output));
}
