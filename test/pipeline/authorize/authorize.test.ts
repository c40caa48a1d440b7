import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { createSsmApiKeys } from '../../../lib/adapters/ssm-api-keys.ts';
import { hashOfApiKey, parseApiKey } from '../../../lib/domain/api-key.ts';
import { apiKeyCopyKey } from '../../../lib/domain/keys.ts';
import {
  encodeInstallationSecrets,
  secretsParameterOf,
  type InstallationSecret,
} from '../../../lib/domain/installation-secrets.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { createLogger } from '../../../lib/logger.ts';
import {
  authorizeLimits,
  createAuthorize,
  type Authorize,
} from '../../../lib/pipeline/authorize/authorize.ts';
import type { CopyStore } from '../../../lib/pipeline/authorize/copied-records.ts';
import { installationSecret, newApiKey, newOldApiKey, recordParameter } from '../../api-keys.ts';
import { credentials } from '../../aws/clients.ts';
import { startParameterServer } from '../../aws/parameter-server.ts';
import type { RunningServer } from '../../aws/running-server.ts';
import { instant } from '../../factories.ts';

const path = '/log-analytics-pipeline/dev/api-keys';
const hour = 3_600;

let parameters: Map<string, string>;
let server: RunningServer;
let client: SSMClient;
let asked: string[];
let storeFails: boolean;
let now: Date;
let logLines: string[];
let objects: InMemoryObjectStore;
let bucketFails: boolean;
let bucketRequests: string[];
const clock = { now: () => now };

beforeEach(async () => {
  parameters = new Map();
  asked = [];
  storeFails = false;
  now = instant('2025-12-28T18:00:00Z');
  logLines = [];
  objects = new InMemoryObjectStore();
  bucketFails = false;
  bucketRequests = [];
  setSecrets(installationSecret(1));
  server = await startParameterServer(parameters, {
    secureNames: new Set([secretsParameterOf(path)]),
    fault({ Name }) {
      asked.push(Name);
      return storeFails ? 'InternalServerError' : undefined;
    },
  });
  client = new SSMClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

function setSecrets(...secrets: readonly InstallationSecret[]): void {
  parameters.set(secretsParameterOf(path), encodeInstallationSecrets(secrets));
}

function create({ acceptOldKeys = true, memory = authorizeLimits.memory } = {}): (
  text: string,
) => ReturnType<Authorize> {
  const logger = createLogger({ level: 'warn', clock, write: (line) => logLines.push(line) });
  const copies: CopyStore = {
    get: (key) => bucketAnswer('get', () => objects.get(key)),
    put: (...args) => bucketAnswer('put', () => objects.put(...args)),
  };
  const ports = { apiKeys: createSsmApiKeys(client, path), copies, clock, logger };
  const authorize = createAuthorize(ports, { ...authorizeLimits, memory, acceptOldKeys });
  return async (text) => authorize(parseApiKey(text) ?? expect.fail('not shaped like a key'));
}

async function bucketAnswer<T>(request: string, work: () => Promise<T>): Promise<T> {
  bucketRequests.push(request);
  if (bucketFails) throw new Unavailable('The bucket fails.');
  return work();
}

function pass(seconds: number): void {
  now = new Date(now.getTime() + seconds * 1_000);
}

function storeKey(given: Parameters<typeof recordParameter>[2] = {}) {
  const key = newApiKey();
  parameters.set(...recordParameter(path, key, given));
  return key;
}

describe('a key with a MAC', () => {
  it('gives its customer and scopes', async () => {
    const key = storeKey({ scopes: ['read'] });
    expect(await create()(key.text)).toEqual({
      customerId: 'cus-axon',
      scopes: ['read'],
      keyId: key.id,
    });
  });

  it('is refused from the instant at which it expires, also from memory', async () => {
    const key = storeKey({ expiresAt: instant('2025-12-28T18:00:10Z') });
    const authorize = create();
    pass(9.999);
    expect(await authorize(key.text)).toBeDefined();
    pass(0.001);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('is refused where the record is another key’s', async () => {
    const key = storeKey({ hash: hashOfApiKey('another') });
    expect(await create()(key.text)).toBeUndefined();
  });

  it('is taken also where the secret is younger than the authorizer’s memory of it', async () => {
    const authorize = create();
    expect(await authorize(storeKey().text)).toBeDefined();
    setSecrets(installationSecret(2), installationSecret(1));
    const key = newApiKey(installationSecret(2));
    parameters.set(...recordParameter(path, key));
    pass(11);
    expect(await authorize(key.text)).toBeDefined();
  });

  it('is refused once its secret is gone', async () => {
    const authorize = create();
    const key = storeKey();
    expect(await authorize(key.text)).toBeDefined();
    setSecrets(installationSecret(2));
    pass(authorizeLimits.memory.freshSeconds + 1);
    expect(await authorize(key.text)).toBeUndefined();
  });
});

describe('guesses', () => {
  it('are refused by their MAC: a thousand of them look up no key, and the secret once in ten seconds', async () => {
    const authorize = create();
    const elsewhere = installationSecret(9);
    for (let guess = 0; guess < 1_000; guess += 1) {
      expect(await authorize(newApiKey(elsewhere).text)).toBeUndefined();
      pass(0.03);
    }
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(new Set(asked)).toEqual(new Set([secretsParameterOf(path)]));
  });

  it('of the old form have five look-ups a second, and known keys are taken all the while', async () => {
    const known = newOldApiKey();
    parameters.set(`${path}/${hashOfApiKey(known)}`, 'cus-old');
    const sealed = storeKey();
    const authorize = create();
    await authorize(known);
    asked = [];
    let unavailable = 0;
    for (let guess = 0; guess < 300; guess += 1) {
      pass(0.01);
      await authorize(newOldApiKey()).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Unavailable);
        unavailable += 1;
      });
    }
    expect(asked.length).toBeLessThanOrEqual(20 + 3 * 5);
    expect(unavailable).toBe(300 - asked.length);
    expect(await authorize(known)).toMatchObject({ customerId: 'cus-old' });
    expect(await authorize(sealed.text)).toBeDefined();
    expect(logLines.filter((line) => line.includes('old form'))).toHaveLength(1);
  });

  it('push no known key out of memory', async () => {
    const known = storeKey();
    const authorize = create({ memory: { ...authorizeLimits.memory, maxPresent: 5, maxAbsent: 5 } });
    await authorize(known.text);
    for (let revoked = 0; revoked < 50; revoked += 1) await authorize(newApiKey().text);
    storeFails = true;
    bucketFails = true;
    pass(hour);
    expect(await authorize(known.text)).toBeDefined();
  });
});

describe('memory', () => {
  it('asks for a known key once in three minutes, and for an unknown one as seldom', async () => {
    const known = storeKey();
    const revoked = newApiKey();
    const authorize = create();
    const ask = async () => [await authorize(known.text), await authorize(revoked.text)];
    for (let second = 0; second < 180; second += 10) {
      expect(await ask()).toMatchObject([{ customerId: 'cus-axon' }, undefined]);
      pass(10);
    }
    expect(asked).toHaveLength(3);
    pass(1);
    await ask();
    expect(asked).toHaveLength(6);
  });

  it('refuses a revoked key within four minutes, that of the gateway included', async () => {
    const key = storeKey();
    const authorize = create();
    await authorize(key.text);
    parameters.delete(`${path}/${key.id}`);
    pass(4 * 60 - 60);
    pass(0.001);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('lets known keys go on for twelve hours while the store fails, and no longer', async () => {
    const known = storeKey({ scopes: ['ingest'] });
    const authorize = create();
    const grant = await authorize(known.text);
    storeFails = true;
    bucketFails = true;
    pass(12 * hour);
    expect(await authorize(known.text)).toEqual(grant);
    pass(1);
    await expect(authorize(known.text)).rejects.toThrow(Unavailable);
  });

  it('does not let a revoked key in again while the store fails', async () => {
    const key = storeKey();
    const authorize = create();
    await authorize(key.text);
    parameters.delete(`${path}/${key.id}`);
    pass(hour);
    expect(await authorize(key.text)).toBeUndefined();
    storeFails = true;
    pass(hour);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('expires a key also while the store fails', async () => {
    const key = storeKey({ expiresAt: instant('2025-12-28T20:00:00Z') });
    const authorize = create();
    await authorize(key.text);
    storeFails = true;
    pass(2 * hour);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('leaves a store that fails alone for five seconds, and asks it again then', async () => {
    const [known, other] = [storeKey(), storeKey()];
    const authorize = create();
    await authorize(known.text);
    storeFails = true;
    pass(200);
    asked = [];
    for (let request = 0; request < 40; request += 1) {
      expect(await authorize(known.text)).toBeDefined();
      await expect(authorize(other.text)).rejects.toThrow(Unavailable);
      pass(0.1);
    }
    expect(asked).toHaveLength(2); // the secrets and a record
    storeFails = false;
    pass(5);
    expect(await authorize(other.text)).toBeDefined();
  });

  it('asks again where the clock was set back', async () => {
    const key = storeKey();
    const authorize = create();
    await authorize(key.text);
    parameters.delete(`${path}/${key.id}`);
    pass(-10 * hour);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('does not know a key that it never saw while the store fails', async () => {
    storeFails = true;
    await expect(create()(storeKey().text)).rejects.toThrow(Unavailable);
    await expect(create()(newOldApiKey())).rejects.toThrow(Unavailable);
  });
});

describe('an authorizer that has just been started, while the store fails', () => {
  it('takes keys that are in use, of both forms, for twelve hours', async () => {
    const key = storeKey({ scopes: ['ingest'] });
    const old = newOldApiKey();
    parameters.set(`${path}/${hashOfApiKey(old)}`, 'cus-old');
    const before = create();
    const grants = [await before(key.text), await before(old)];
    storeFails = true;
    pass(12 * hour);
    const after = create();
    expect([await after(key.text), await after(old)]).toEqual(grants);
    pass(1);
    await expect(create()(key.text)).rejects.toThrow(Unavailable);
  });

  it('refuses nobody and takes nobody else: a made-up key, one that was never used, one that is expired', async () => {
    const expiring = storeKey({ expiresAt: instant('2025-12-28T18:30:00Z') });
    await create()(expiring.text);
    storeFails = true;
    pass(hour);
    await expect(create()(newApiKey(installationSecret(9)).text)).rejects.toThrow(Unavailable);
    await expect(create()(storeKey().text)).rejects.toThrow(Unavailable);
    expect(await create()(expiring.text)).toBeUndefined();
  });

  it('knows nobody where the bucket fails as well', async () => {
    const key = storeKey();
    await create()(key.text);
    storeFails = true;
    bucketFails = true;
    await expect(create()(key.text)).rejects.toThrow(Unavailable);
  });
});

describe('copies of records', () => {
  it('are made once in six hours of use, and when a record has changed', async () => {
    const key = storeKey();
    const authorize = create();
    for (let minute = 0; minute < 6 * 60; minute += 1) {
      await authorize(key.text);
      pass(60);
    }
    expect(bucketRequests).toEqual(['get', 'put']);
    await authorize(key.text);
    parameters.set(...recordParameter(path, key, { scopes: ['read'] }));
    pass(200);
    await authorize(key.text);
    expect(bucketRequests).toEqual(['get', 'put', 'get', 'put', 'get', 'put']);
    storeFails = true;
    expect(await create()(key.text)).toMatchObject({ scopes: ['read'] });
  });

  it('harm nobody where they cannot be made', async () => {
    bucketFails = true;
    expect(await create()(storeKey().text)).toBeDefined();
    expect(logLines.join('')).toContain('cannot be copied');
  });

  it('have nothing that a key could be made from', async () => {
    const key = storeKey();
    await create()(key.text);
    const copy = await objects.get(apiKeyCopyKey(hashOfApiKey(key.text)));
    for (const part of [
      key.text.slice(21, 61),
      key.text.slice(-32),
      installationSecret().secret.toString('hex'),
    ])
      expect(copy?.body.toString()).not.toContain(part);
  });
});

describe('keys of the old form', () => {
  it('have both scopes until they are switched off, and then cost no look-up', async () => {
    const key = newOldApiKey();
    const hash = hashOfApiKey(key);
    parameters.set(`${path}/${hash}`, 'cus-old');
    expect(await create()(key)).toEqual({
      customerId: 'cus-old',
      scopes: ['ingest', 'read'],
      keyId: hash.slice(0, 12),
    });
    asked = [];
    expect(await create({ acceptOldKeys: false })(key)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a record of a newer version', '{"formatVersion":2}', 'format version 2'],
    ['a record that is cut off', '{"formatVersion":1,', 'not JSON'],
  ])('refuses nobody: %s', async (_, text, reason) => {
    const key = storeKey();
    parameters.set(`${path}/${key.id}`, text);
    await expect(create()(key.text)).rejects.toThrow(reason);
  });

  it('reveals nothing about a damaged secret', async () => {
    const text = '{"formatVersion":1,"secrets":[{"secret":"hunter2"';
    parameters.set(secretsParameterOf(path), text);
    await expect(create()(storeKey().text)).rejects.toThrow('not JSON');
    expect(logLines.join('')).toContain('damaged');
    expect(logLines.join('')).not.toContain('hunter2');
  });
});

it('logs no key', async () => {
  const [key, old] = [storeKey(), newOldApiKey()];
  storeFails = true;
  for (const text of [key.text, old]) await expect(create()(text)).rejects.toThrow(Unavailable);
  expect(logLines.length).toBeGreaterThan(0);
  for (const secret of [key.text, key.text.slice(20), old]) expect(logLines.join('')).not.toContain(secret);
});
