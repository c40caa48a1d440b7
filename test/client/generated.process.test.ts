import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHttpFunctions } from '../../self-hosted/http/functions.ts';
import { countAll } from '../handlers/app.ts';
import { useServedApp, type ServedApp } from '../self-hosted/http/served-app.ts';
import { acceptedKey } from '../self-hosted/http/accepted-key.ts';

const run = promisify(execFile);
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const generator = join(modules, 'openapi-typescript-codegen/bin/index.js');
const tsc = join(modules, 'typescript/bin/tsc');
const strict = ['--strict', '--noUncheckedIndexedAccess', '--target', 'es2023', '--types', 'node'];
const commonJs = ['--module', 'commonjs', '--moduleResolution', 'bundler', '--outDir', 'built'];

/** A program that uses the generated client with its types. */
const program = `
import { ApiError, PipelineClient, type Entry, type Window } from './generated';

const [BASE = '', TOKEN = ''] = process.argv.slice(2);
const xCustomerId = 'ignored';
const entry: Entry = {
  receivedAt: '2025-12-28T18:03:07Z', method: 'GET', path: '/pricing', userAgent: 'curl/8.7.1', status: 200,
};
const batch = { xCustomerId, idempotencyKey: 'batch-1', requestBody: [entry, { ...entry, path: '/' }] };

async function refusalOf(request: Promise<unknown>): Promise<unknown> {
  try {
    await request;
    return 'none';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [error.status, error.body.errorCode];
  }
}

async function main(): Promise<void> {
  const { default: client } = new PipelineClient({ BASE, TOKEN });
  const withoutKey = await refusalOf(new PipelineClient({ BASE }).default.sendLogs(batch));
  const accepted = await client.sendLogs(batch);
  const repeated = await refusalOf(client.sendLogs(batch));
  const range = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };
  const seen: number[] = [];
  let windows: Window[] = [];
  while (windows.length === 0) {
    const page = await client.readWindows({ xCustomerId, ...range });
    if ('path' in page) throw new Error('The answer is about one path.');
    windows = page.windows;
    seen.push(windows.reduce((sum, { requests }) => sum + requests, 0));
  }
  const { counted } = await client.findBatch({ xCustomerId, batchId: accepted.batchId });
  console.log(JSON.stringify({ withoutKey, accepted, repeated, seen, paths: windows[0]?.requestsByPath, counted }));
}

void main();
`;

let directory: string;

/** Compiles a program beside the generated client. */
async function compiledProgram(text: string): Promise<string> {
  await writeFile(join(directory, 'program.ts'), text);
  await run(process.execPath, [tsc, ...strict, ...commonJs, 'program.ts'], { cwd: directory });
  return join(directory, 'built/program.js');
}

let reads = 0;
const served: ServedApp = useServedApp({
  authorizer: acceptedKey.authorizer,
  functions: {
    // The first answer does not include the batch yet.
    query: async (event) => {
      reads += 1;
      if (reads > 1) await countAll(served.app);
      return createHttpFunctions(served.app.app).query(event);
    },
  },
});

// Generates a client from the document that a server answers.
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-analytics-generated-'));
  const headers = { authorization: `Bearer ${acceptedKey.text}` };
  const { body } = await served.http.request('/openapi.json', { headers });
  await writeFile(join(directory, 'openapi.json'), body);
  const files = ['--input', 'openapi.json', '--output', 'generated', '--client', 'fetch'];
  const style = ['--name', 'PipelineClient', '--useOptions', '--useUnionTypes'];
  await run(process.execPath, [generator, ...files, ...style], { cwd: directory });
  await writeFile(join(directory, 'package.json'), '{"type":"commonjs"}');
  await symlink(modules, join(directory, 'node_modules'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('a client generated from the document sends a batch with an API key, and reads until it is counted', async () => {
  const built = await compiledProgram(program);
  const { stdout } = await run(process.execPath, [built, served.baseUrl.origin, acceptedKey.text]);
  expect(JSON.parse(stdout)).toEqual({
    withoutKey: [401, 'API_1009'],
    accepted: { batchId: 'batch-1', entries: 2, windows: 1 },
    repeated: [409, 'ING_1001'],
    seen: [0, 2],
    paths: { 'GET /': 1, 'GET /pricing': 1 },
    counted: true,
  });
});

it('does not compile a program that sends what the document does not allow', async () => {
  const wrong = program.replace("method: 'GET'", 'method: 7');
  const refused = await compiledProgram(wrong).catch((error: unknown) => error);
  expect(refused).toHaveProperty('stdout', expect.stringMatching(/^program\.ts\(\d+,\d+\): error TS2322/));
});
