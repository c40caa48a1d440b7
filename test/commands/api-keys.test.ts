import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createSsmApiKeys } from '../../lib/adapters/ssm-api-keys.ts';
import { hashOfApiKey, parseApiKey } from '../../lib/domain/api-key.ts';
import { decodeInstallationSecrets } from '../../lib/domain/installation-secrets.ts';
import { apiKeyCopyKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import { createLogger } from '../../lib/logger.ts';
import { authorizeLimits, createAuthorize } from '../../lib/pipeline/authorize/authorize.ts';
import { newOldApiKey } from '../api-keys.ts';
import { credentials } from '../aws/clients.ts';
import { awsEnvironment } from '../aws/environment.ts';
import { startFaultProxy, type Fault } from '../aws/fault-proxy.ts';
import { startIdentityServer } from '../aws/identity-server.ts';
import { startParameterServer } from '../aws/parameter-server.ts';
import type { RunningServer } from '../aws/running-server.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { runCommandWith, type CommandEnd } from './run-command.ts';

const path = '/log-analytics-pipeline/prod/api-keys';
const bucket = 'log-analytics-pipeline-prod-123456789012-us-east-1';
const refused = { kind: 'refused', answer: { status: 403 } } as const;
const somebody = 'arn:aws:iam::123456789012:user/somebody';

describe('npm run api-keys', () => {
  let parameters: Map<string, string>;
  let secureNames: Set<string>;
  let ssm: RunningServer;
  let s3: RunningServer;
  let objects: InMemoryObjectStore;
  let s3Fault: Fault | undefined;
  let ssmFault: ((operation: string, name: string) => string | undefined) | undefined;
  let running: RunningServer[];

  beforeEach(async () => {
    parameters = new Map();
    secureNames = new Set();
    s3Fault = undefined;
    ssmFault = undefined;
    ssm = await startParameterServer(parameters, {
      secureNames,
      fault: ({ operation, Name }) => ssmFault?.(operation, Name),
    });
    objects = new InMemoryObjectStore();
    const bucketServer = await startS3Server(bucket, objects);
    s3 = await startFaultProxy(bucketServer.endpoint, () => s3Fault);
    const identity = await startIdentityServer('123456789012');
    running = [ssm, s3, bucketServer, identity];
  });
  afterEach(async () => {
    for (const server of running) await server.close();
  });

  function apiKeys(...args: readonly string[]): Promise<CommandEnd> {
    const [, , , identity] = running;
    const environment = awsEnvironment({ SSM: ssm, S3: s3, ...(identity && { STS: identity }) });
    return runCommandWith(environment, 'api-keys', ...args, '--stage', 'prod');
  }

  async function created(...args: readonly string[]): Promise<{ key: string; id: string }> {
    const { stdout, stderr, exitCode } = await apiKeys(...args);
    expect(stderr).toContain('not shown again');
    expect(exitCode).toBe(0);
    const key = stdout.trim();
    return { key, id: key.split('_')[1] ?? '' };
  }

  async function listed(): Promise<readonly Record<string, unknown>[]> {
    const { stdout } = await apiKeys('list', '--json');
    return lines(stdout);
  }

  /** Returns the answer of the stage's authorizer for a key. */
  async function authorize(text: string, at = new Date()) {
    const client = new SSMClient({ endpoint: ssm.endpoint, region: 'us-east-1', credentials });
    try {
      const clock = { now: () => at };
      const logger = createLogger({ level: 'error', clock, write: () => {} });
      const copies = objects;
      const ports = { apiKeys: createSsmApiKeys(client, path), copies, clock, logger };
      const key = parseApiKey(text) ?? expect.fail('not shaped like a key');
      return await createAuthorize(ports, { ...authorizeLimits, acceptOldKeys: true })(key);
    } finally {
      client.destroy();
    }
  }

  function lines(text: string): readonly Record<string, unknown>[] {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('creates a key that the authorizer accepts, keeps only its hash, lists it, and revokes it', async () => {
    const { key, id } = await created('create', 'cus-axon');
    expect(key).toMatch(/^lap_[0-9a-f]{16}_[0-9a-f]{40}_[0-9a-f]{32}$/);
    expect(await authorize(key)).toEqual({ customerId: 'cus-axon', scopes: ['ingest', 'read'], keyId: id });

    expect([...parameters.keys()].sort()).toEqual([`${path}-secret`, `${path}/${id}`]);
    expect([...secureNames]).toEqual([`${path}-secret`]);
    const stored = JSON.parse(parameters.get(`${path}/${id}`) ?? '') as Record<string, unknown>;
    expect(stored).toEqual({
      formatVersion: 1,
      customerId: 'cus-axon',
      scopes: ['ingest', 'read'],
      hash: hashOfApiKey(key),
      createdAt: stored['createdAt'],
      secretId: stored['secretId'],
    });

    expect((await apiKeys('list')).stdout).toContain(`${id}  cus-axon  ingest read`);
    expect((await apiKeys('revoke', id)).exitCode).toBe(0);
    expect(await authorize(key)).toBeUndefined();
    expect((await apiKeys('list')).stdout).toBe('There are no keys.\n');
    expect(await apiKeys('revoke', id)).toMatchObject({ exitCode: 1 });
  });

  it('removes the copy, which an outage would use, of a key that is revoked or rotated', async () => {
    const { key, id } = await created('create', 'cus-axon');
    const copy = apiKeyCopyKey(hashOfApiKey(key));
    await authorize(key);
    expect(await objects.get(copy)).toBeDefined();
    await created('rotate', id);
    expect(await objects.get(copy)).toBeUndefined();
    await authorize(key);
    expect(await objects.get(copy)).toBeDefined();
    await apiKeys('revoke', id);
    expect(await objects.get(copy)).toBeUndefined();
    ssmFault = () => 'InternalServerError';
    await expect(authorize(key)).rejects.toThrow(Unavailable);
  });

  it('gives a key a label, one scope and an end', async () => {
    const args = ['--label', 'dashboard of the shop', '--scope', 'read', '--expires', '90d'];
    const { key, id } = await created('create', 'cus-axon', ...args);
    expect(await listed()).toMatchObject([
      { id, customerId: 'cus-axon', scopes: 'read', label: 'dashboard of the shop' },
    ]);
    const in89Days = new Date(Date.now() + 89 * 86_400_000);
    const in91Days = new Date(Date.now() + 91 * 86_400_000);
    expect(await authorize(key, in89Days)).toMatchObject({ scopes: ['read'] });
    expect(await authorize(key, in91Days)).toBeUndefined();
  });

  it('lists more keys than fit on a page of Parameter Store, including those of the old form', async () => {
    for (let number = 0; number < 25; number += 1) {
      parameters.set(`${path}/${hashOfApiKey(String(number))}`, `cus-${number}`);
    }
    await created('create', 'cus-axon');
    const keys = await listed();
    expect(keys).toHaveLength(26);
    expect(keys.filter(({ form }) => form === 'old')).toHaveLength(25);
  });

  it('rotates a key: the new one may do the same, and the old one ends at the given time', async () => {
    const { key: old, id } = await created('create', 'cus-axon', '--label', 'nginx', '--scope', 'ingest');
    const { key, id: newId } = await created('rotate', id, '--keep', '2d');
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    expect(await authorize(key, inDays(3))).toMatchObject({ customerId: 'cus-axon', scopes: ['ingest'] });
    expect(await authorize(old, inDays(1))).toMatchObject({ customerId: 'cus-axon' });
    expect(await authorize(old, inDays(3))).toBeUndefined();
    expect((await listed()).map((each) => [each['id'], each['label']])).toEqual([
      [id, 'nginx'],
      [newId, 'nginx'],
    ]);
  });

  it('rotates a key of the old form, too', async () => {
    const old = newOldApiKey();
    parameters.set(`${path}/${hashOfApiKey(old)}`, 'cus-old');
    const { key } = await created('rotate', hashOfApiKey(old).slice(0, 12), '--keep', '0d');
    expect(await authorize(key)).toMatchObject({ customerId: 'cus-old' });
    expect(await authorize(old)).toBeUndefined();
    expect((await apiKeys('list')).stdout).toContain('old form');
  });

  it('rotates the secret: keys of both are accepted, and the older one is removed when it has no keys', async () => {
    const { key: before, id } = await created('create', 'cus-axon');
    expect(await apiKeys('rotate-secret')).toMatchObject({ exitCode: 0 });
    const { key: after } = await created('create', 'cus-axon');
    expect(await authorize(before)).toBeDefined();
    expect(await authorize(after)).toBeDefined();
    expect(await apiKeys('rotate-secret')).toMatchObject({ exitCode: 1 });

    const refused = await apiKeys('drop-secret');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(id);
    expect(await authorize(before)).toBeDefined();
    expect(await apiKeys('drop-secret', '--force')).toMatchObject({ exitCode: 0 });
    expect(await authorize(before)).toBeUndefined();
    expect(await authorize(after)).toBeDefined();
    expect(decodeInstallationSecrets(parameters.get(`${path}-secret`) ?? '')).toHaveLength(1);
    expect(await apiKeys('drop-secret')).toMatchObject({ exitCode: 1 });
  });

  it('lists who changed what, and nothing that a key could be made from', async () => {
    const { key, id } = await created('create', 'cus-axon', '--label', 'nginx');
    await apiKeys('revoke', id);
    const { stdout } = await apiKeys('history', '--json');
    expect(lines(stdout)).toMatchObject([
      { action: 'rotate-secret', by: somebody, step: 'done' },
      { action: 'create', by: somebody, step: 'done', what: { id, customerId: 'cus-axon', label: 'nginx' } },
      { action: 'revoke', by: somebody, step: 'done', what: { id, customerId: 'cus-axon' } },
    ]);
    const secret = JSON.parse(parameters.get(`${path}-secret`) ?? '') as { secrets: { secret: string }[] };
    for (const hidden of [key.split('_')[2], key.split('_')[3], hashOfApiKey(key), secret.secrets[0]?.secret])
      expect(stdout).not.toContain(hidden);
    const table = (await apiKeys('history')).stdout;
    expect(table).toContain(somebody);
    expect(table).toContain('customerId=cus-axon');
  });

  it('makes no change that it cannot record', async () => {
    const { id } = await created('create', 'cus-axon');
    const before = new Map(parameters);
    s3Fault = refused;
    for (const args of [['create', 'cus-axon'], ['revoke', id], ['rotate', id], ['rotate-secret']]) {
      const { exitCode, stderr, stdout } = await apiKeys(...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toContain('nothing was changed');
    }
    expect(parameters).toEqual(before);
  });

  it('records a change that failed', async () => {
    await created('create', 'cus-axon');
    ssmFault = (operation) => (operation === 'PutParameter' ? 'ParameterLimitExceeded' : undefined);
    const { exitCode, stderr, stdout } = await apiKeys('create', 'cus-b');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('ParameterLimitExceeded');
    const { stdout: history } = await apiKeys('history', '--json');
    expect(lines(history).at(-1)).toMatchObject({ action: 'create', step: 'failed' });
    expect((await apiKeys('history')).stdout).toContain('FAILED');
  });

  it('shows a change that was begun and did not end', async () => {
    await created('create', 'cus-axon');
    let puts = 0;
    ssmFault = (operation) => {
      if (operation === 'PutParameter') {
        puts += 1;
        s3Fault = refused;
      }
      return undefined;
    };
    const { exitCode, stdout, stderr } = await apiKeys('create', 'cus-b');
    expect(puts).toBe(1);
    expect(exitCode).toBe(0); // the key is there, and nobody else has it
    expect(stdout).toMatch(/^lap_/);
    expect(stderr).toContain('only that it was begun');
    s3Fault = undefined;
    expect((await apiKeys('history')).stdout).toContain('BEGUN');
  });

  it('ends with 2 where the options are wrong', async () => {
    const { exitCode, stderr } = await apiKeys('create');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('create needs a customer id');
  });

  it('says why the AWS request failed', async () => {
    ssmFault = () => 'AccessDeniedException';
    const { exitCode, stderr } = await apiKeys('list');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('AWS refused the request. (AccessDeniedException');
  });
});
