import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { scenario } from '../../bench/scenario/command.ts';
import { callCommand } from '../commands/run-command.ts';
import { freePorts } from './free-ports.ts';
import { runProgram, type ProgramEnd } from './run-program.ts';

it('explains itself and exits with 0', async () => {
  const { exitCode, output } = await startProgram('--help');

  expect(exitCode).toBe(0);
  for (const option of ['url', 'customer', 'timestamps', 'concurrency', 'run', 'retry-for', 'help']) {
    expect(output).toContain(`--${option}`);
  }
});

it('exits with 2, and names the option that is like one that does not exist', async () => {
  const { exitCode, output } = await runCommand('--retry-fo', '3');

  expect(exitCode).toBe(2);
  expect(output).toBe('There is no option --retry-fo. Did you mean --retry-for? See --help.\n');
});

it('exits with 2 where nothing answers', async () => {
  const [port] = await freePorts(1);
  const { exitCode, output } = await runCommand('--base-url', `http://localhost:${port}`);

  expect(exitCode).toBe(2);
  expect(output).toContain('Is the pipeline running there?');
});

it('exits with 2 where something else answers', async () => {
  const server = await serve('<html>Hello</html>');
  const { exitCode, output } = await runCommand('--url', server);

  expect(exitCode).toBe(2);
  expect(output).toContain('answered 202: <html>Hello</html>');
});

it('exits with 1 and says what is missing where batches are taken and not counted', async () => {
  const server = await serve('{"windows":[]}', 200);
  const { exitCode, output } = await startProgram('--url', server, '--retry-for', '1');

  expect(exitCode).toBe(1);
  expect(output).toMatch(/Answers 202 +5,200/);
  expect(output).toContain('2,000 requests ended with an unexpected status');
  expect(output).toContain('2025-12-28T18:03:00Z  requests: 0 of 16000');
  expect(output).toContain('NOT exact');
});

/** Gives this answer to every read, and accepts every batch. */
async function serve(body: string, readStatus = 202): Promise<string> {
  const server: Server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.statusCode = request.method === 'POST' ? 202 : readStatus;
      response.end(request.method === 'POST' ? '{}' : body);
    });
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const [port] = await freePorts(1);
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return `http://localhost:${port}`;
}

async function runCommand(...args: readonly string[]): Promise<ProgramEnd> {
  const { exitCode, stdout, stderr } = await callCommand(async () => scenario, {}, args).ended;
  return { exitCode, output: stdout + stderr };
}

const startProgram = (...args: readonly string[]) =>
  runProgram(new URL('../../bench/scenario/main.ts', import.meta.url), ...args);
