import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startCommand } from './run-command.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

async function start(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const running = startCommand(env, 'start', ...args);
  const end = await running.ended;
  return { ...end, program: running.programs[0] };
}

describe('npm start', () => {
  it('becomes the emulator, with the data of the directory that it was called in', async () => {
    const { exitCode, program } = await start({});
    expect(exitCode).toBe(0);
    expect(program).toMatchObject({
      args: ['offline', 'start', '--httpPort', '3000', '--host', 'localhost'],
      env: { DATA_DIR: resolve('.data') },
      directory: repository,
    });
    expect(program?.path).toMatch(/serverless\.js$/);
  });

  it.each([['--httpPort'], ['--port']])('accepts %s, and passes on unknown options', async (option) => {
    const { program } = await start(
      { DATA_DIR: '/from/env' },
      option,
      '8080',
      '--lambdaPort',
      '9',
      '--verbose',
      '--a=b',
    );
    expect(program?.args).toEqual(
      'offline start --httpPort 8080 --host localhost --lambdaPort 9 --verbose --a=b'.split(' '),
    );
    expect(program?.env).toEqual({ DATA_DIR: '/from/env' });
  });

  it('refuses a port that is not valid', async () => {
    const { exitCode, stderr, program } = await start({}, '--port', '70000');
    expect(stderr).toContain('--port must be a whole number of 1-65535');
    expect(exitCode).toBe(2);
    expect(program).toBeUndefined();
  });
});
