import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';

export interface CompiledResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string | undefined;
  readonly DependsOn?: string | readonly string[] | undefined;
}

/** The result of packaging that a deployment would upload. */
export interface Package {
  /** The CloudFormation template, as JSON. */
  readonly template: string;
  readonly resources: Readonly<Record<string, CompiledResource>>;
  /** Sizes of the functions' bundles in bytes, unzipped and without their source maps, by function key. */
  readonly bundleBytes: ReadonlyMap<string, number>;
  /** The code of the bundles, by function key. */
  readonly bundles: ReadonlyMap<string, string>;
  /** The file of alert rules in the package; `undefined` if there is none. */
  readonly alertRules: string | undefined;
}

const repository = fileURLToPath(new URL('../../', import.meta.url));
const serverless = join(repository, 'node_modules/serverless/bin/serverless.js');

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      DeletionPolicy: z.string().optional(),
      DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
    }),
  ),
});

/** Packages the service as `npx serverless package` does, without credentials. */
export async function packageService(
  stage: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Package> {
  const directory = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    const { PATH, HOME } = process.env;
    const command = [serverless, 'package', '--package', directory, '--stage', stage, ...args];
    await promisify(execFile)(process.execPath, command, {
      cwd: repository,
      env: { PATH, HOME, ...environment },
    });
    const template = await readFile(join(directory, 'cloudformation-template-update-stack.json'), 'utf8');
    const { Resources } = templateSchema.parse(JSON.parse(template));
    const bundles = new Map<string, string>();
    for (const functionKey of await readdir(join(repository, 'build'))) {
      bundles.set(functionKey, await readFile(join(repository, 'build', functionKey, 'index.cjs'), 'utf8'));
    }
    const rulesFile = join(repository, 'build/alerts/alert-rules.json');
    const alertRules = existsSync(rulesFile) ? await readFile(rulesFile, 'utf8') : undefined;
    const bundleBytes = new Map([...bundles].map(([key, code]) => [key, Buffer.byteLength(code)]));
    return { template, resources: Resources, bundleBytes, bundles, alertRules };
  } finally {
    await rm(directory, { recursive: true });
  }
}
