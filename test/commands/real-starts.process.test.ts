import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { answeringServer } from '../answering-server.ts';
import { awsEnvironment } from '../aws/environment.ts';
import { startParameterServer } from '../aws/parameter-server.ts';
import { sentEntry } from '../factories.ts';
import { countedDirectory, temporaryDirectory } from './counted-directory.ts';
import { startProcess } from './run-command.ts';
import { combinedLines, logText } from './ship/sample-log.ts';

/**
 * Two starts of each command, as a user starts it, in its own process: one that succeeds and one that
 * fails. Other tests call the commands in process. Tests in test/e2e start the demo and the pipeline itself.
 */
interface RealStart {
  readonly env?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly says: string | RegExp;
}

const missing = '/nowhere/at/all';
const noDirectory = `There is no data directory at ${missing}.`;
const counted = async () => countedDirectory({ key: 'own', entries: [sentEntry({ path: '/a' })] });

const starts: Readonly<Record<string, readonly [() => Promise<RealStart>, () => Promise<RealStart>]>> = {
  ship: [
    async () => {
      const path = join(await temporaryDirectory(), 'access.log');
      await writeFile(path, logText(combinedLines(10)));
      const { url } = await answeringServer(({ method, path }) => {
        if (method === 'POST') return { status: 202 };
        if (path.startsWith('/batches/')) return { status: 404 }; // never sent by an earlier version
        return { status: 200, body: { countedThrough: '2100-01-01T00:00:00Z', waiting: 0, complete: true } };
      });
      const args = ['--customer', 'cus-axon', '--url', url.href, path];
      return { args, exitCode: 0, says: /Entries sent +10\n/ };
    },
    async () => ({
      args: ['--customer', 'cus-axon', join(missing, 'access.log')],
      exitCode: 2,
      says: 'access.log cannot be read: ENOENT',
    }),
  ],
  status: [
    async () => {
      const { url } = await answeringServer(() => ({ status: 200, body: { status: 'ok' } }));
      return { args: ['--url', url.href], exitCode: 0, says: `running at ${url.origin}` };
    },
    async () => ({ args: ['--url', 'http://127.0.0.1:1'], exitCode: 1, says: 'NOT running' }),
  ],
  audit: [
    async () => ({ args: ['--data-dir', await counted(), '--repair'], exitCode: 0, says: 'No differences.' }),
    async () => ({ args: ['--data-dir', missing], exitCode: 2, says: noDirectory }),
  ],
  customers: [
    async () => ({
      args: ['forget', 'cus-axon', '--data-dir', await counted()],
      exitCode: 0,
      says: 'Nothing was removed.',
    }),
    async () => ({ args: ['forget', 'cus-axon', '--data-dir', missing], exitCode: 2, says: noDirectory }),
  ],
  'dead-letters': [
    async () => ({ args: ['--data-dir', await counted()], exitCode: 0, says: 'no dead letters' }),
    async () => ({ args: ['--data-dir', missing], exitCode: 2, says: noDirectory }),
  ],
  'api-keys': [
    async () => {
      const parameters = await startParameterServer(new Map());
      onTestFinished(() => parameters.close());
      return {
        env: awsEnvironment({ SSM: parameters }),
        args: ['list'],
        exitCode: 0,
        says: 'There are no keys.',
      };
    },
    async () => ({
      env: { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: missing },
      args: ['list'],
      exitCode: 2,
      says: 'AWS request failed: no region. Set AWS_REGION, such as AWS_REGION=eu-central-1.\n',
    }),
  ],
  cost: [
    async () => ({ args: [], exitCode: 0, says: 'stage `prod`' }),
    async () => ({ args: ['--custmers', '1'], exitCode: 2, says: 'Did you mean --customers?' }),
  ],
  demo: [
    async () => ({ args: ['--help'], exitCode: 0, says: 'log-analytics demo' }),
    async () => {
      const server = createServer().listen(0, 'localhost');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo; // it listens on a port
      return { args: ['--port', String(port)], exitCode: 2, says: `another program listens at ${port}` };
    },
  ],
};

const rows = Object.entries(starts).flatMap(([command, [works, fails]]) => [
  [command, 'does its work', works] as const,
  [command, 'fails', fails] as const,
]);

it.each(rows)('a process of %s %s', async (command, _how, prepare) => {
  const { env = {}, args, exitCode, says } = await prepare();
  const end = await startProcess(env, command, ...args).ended;
  expect(end.stdout + end.stderr).toMatch(says);
  expect(end.exitCode).toBe(exitCode);
  // An error that the user can fix takes one line, without a stack.
  if (exitCode === 2) expect(end.stderr.trim().split('\n')).toHaveLength(1);
});
