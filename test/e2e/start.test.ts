import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpClient } from '../../client/http-client.ts';
import { untilReady } from '../../commands/emulator/until-ready.ts';
import { answeringServer } from '../answering-server.ts';
import { spawnCommand } from '../spawn-command.ts';
import { spawnEmulator, type ProcessEnd } from './emulator-process.ts';
import { freePorts } from './free-ports.ts';

describe('a start that is refused', () => {
  // Tests of `parseConfig` have every variable and its reason.
  it('names the variable that is wrong', async () => {
    const dataDirectory = await temporaryDirectory();
    const { exitCode, output } = await startAndWait({
      env: { DATA_DIR: dataDirectory, DUPLICATE_STATUS: '200' },
    });

    expect(exitCode).toBe(1);
    expect(output).toContain('DUPLICATE_STATUS must be 409 or 202, and is "200"');
    expect(output).not.toMatch(/\n\s+at /);
    expect(await readdir(dataDirectory)).toEqual([]);
  });

  it('says that the functions have to run in process', async () => {
    const { exitCode, output } = await startAndWait({
      env: { DATA_DIR: await temporaryDirectory() },
      args: ['offline', 'start', '--no-useInProcess'],
    });

    expect(exitCode).toBe(1);
    expect(output).toContain('useInProcess: true');
  });

  it('says that `start` is missing', async () => {
    const { exitCode, output } = await startAndWait({
      env: { DATA_DIR: await temporaryDirectory() },
      args: ['offline'],
    });

    expect(exitCode).toBe(1);
    expect(output).toContain('Use `serverless offline start`');
  });
});

/** Starts an emulator that must end by itself; kills it if the test ends before. */
async function startAndWait({
  env,
  args = ['offline', 'start'],
}: {
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}): Promise<ProcessEnd> {
  const [httpPort, lambdaPort] = await freePorts(2);
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  const started = spawnEmulator([...args, ...ports], env);
  onTestFinished(async () => {
    started.kill('SIGKILL');
    await started.ended;
  });
  return started.ended;
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-e2e-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('npm start', () => {
  /** Starts the pipeline as `npm start` does, except for npm itself. */
  async function start(...args: readonly string[]) {
    const started = spawnCommand({ DATA_DIR: await temporaryDirectory() }, 'start', args);
    onTestFinished(async () => {
      started.kill();
      await started.ended;
    });
    return started;
  }

  it('goes on as the pipeline in the same process, greets without a table of routes, and says that it stops', async () => {
    const [port] = await freePorts(1);
    const started = await start('--port', String(port));
    const http = createHttpClient(new URL(`http://localhost:${port}`), 1);
    onTestFinished(() => http.close());
    await untilReady(http, { ended: new Promise(() => {}), output: () => '' }, { isOutputRead: false });
    started.kill('SIGINT');
    const { exitCode, stdout } = await started.ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Dashboard   http://localhost:${port}/`);
    expect(stdout).not.toContain('2015-03-31');
    expect(stdout).toContain('Stopping: running work is finished first.');
    expect(stdout).toContain('Stopped. Everything that was accepted is stored');
  });

  it('names the option that chooses another port where this one is taken', async () => {
    const { url } = await answeringServer(() => ({ status: 200, body: { status: 'ok' } }));
    const { port } = url;
    const { exitCode, stdout, stderr } = await (await start('--httpPort', port)).ended;
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain(
      `Port ${port} is in use: a log analytics pipeline answers there, most likely one that was started before. ` +
        'Stop it, or start on another port: npm start -- --port 8080',
    );
  });
});
