import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseOptions } from '../../commands/api-keys/options.ts';
import { hashOfApiKey } from '../../lib/domain/api-key.ts';
import { awsEnvironment } from '../aws/environment.ts';
import { startParameterServer } from '../aws/parameter-server.ts';
import type { RunningServer } from '../aws/running-server.ts';
import { runCommandWith } from './run-command.ts';

describe('npm run api-keys', () => {
  let parameters: Map<string, string>;
  let server: RunningServer;

  beforeEach(async () => {
    parameters = new Map();
    server = await startParameterServer(parameters);
  });
  afterEach(() => server.close());

  function apiKeys(...args: readonly string[]) {
    return runCommandWith(awsEnvironment({ SSM: server }), 'api-keys', ...args);
  }

  it('makes a key, keeps its hash alone, lists it, and revokes it', async () => {
    const created = await apiKeys('create', '--customer', 'cus-axon', '--stage', 'prod');
    const key = created.stdout.trim();
    expect(key).toMatch(/^lap_[\w-]{43}$/);
    const hash = hashOfApiKey(key);
    expect([...parameters]).toEqual([[`/log-analytics-pipeline/prod/api-keys/${hash}`, 'cus-axon']]);

    const id = hash.slice(0, 12);
    expect((await apiKeys('list', '--stage', 'prod')).stdout).toBe(`${id}  cus-axon\n`);
    expect((await apiKeys('list')).stdout).toBe('');
    expect(await apiKeys('revoke', id, '--stage', 'prod')).toMatchObject({ exitCode: 0 });
    expect(parameters.size).toBe(0);
    expect(await apiKeys('revoke', id, '--stage', 'prod')).toMatchObject({ exitCode: 1 });
  });

  it.each([
    [['create'], 'create needs --customer'],
    [['create', '--customer', 'a b'], 'create needs --customer'],
    [['list', 'x'], 'What is "x"?'],
    [['revoke'], 'revoke needs an id'],
    [['destroy'], 'no "destroy"'],
    [['--stage', '../x'], '--stage is no name'],
    [['--region', 'x'], "Unknown option '--region'"],
  ])('explains what is wrong with %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('ends with 2 where the options are wrong', async () => {
    const { exitCode, stderr } = await apiKeys('create');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('create needs --customer');
  });

  it('says why AWS did not do it', async () => {
    await server.close();
    const { exitCode, stderr } = await apiKeys('list');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('AWS did not do it');
    server = await startParameterServer(parameters);
  });
});
