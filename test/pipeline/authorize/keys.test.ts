import { beforeEach, describe, expect, it } from 'vitest';
import { hashOfApiKey } from '../../../lib/domain/api-key.ts';
import { secretsParameterOf } from '../../../lib/domain/installation-secrets.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { authorizeLimits } from '../../../lib/pipeline/authorize/authorize.ts';
import { installationSecret, newApiKey, newOldApiKey, recordParameter } from '../../api-keys.ts';
import { instant } from '../../factories.ts';
import { path, startAuthorizeWorld, type AuthorizeWorld } from './authorize-world.ts';

let world: AuthorizeWorld;
beforeEach(async () => {
  world = await startAuthorizeWorld();
});

describe('a key with a MAC', () => {
  it('gives its customer and scopes', async () => {
    const key = world.storeKey({ scopes: ['read'] });
    expect(await world.create()(key.text)).toEqual({
      customerId: 'cus-axon',
      scopes: ['read'],
      keyId: key.id,
      sharedUntil: undefined,
    });
  });

  it('is refused from the instant at which it expires, also from memory', async () => {
    const key = world.storeKey({ expiresAt: instant('2025-12-28T18:00:10Z') });
    const authorize = world.create();
    world.pass(9.999);
    expect(await authorize(key.text)).toBeDefined();
    world.pass(0.001);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('is refused where the record is another key’s', async () => {
    const key = world.storeKey({ hash: hashOfApiKey('another') });
    expect(await world.create()(key.text)).toBeUndefined();
  });

  it('is taken also where the secret is younger than the authorizer’s memory of it', async () => {
    const authorize = world.create();
    expect(await authorize(world.storeKey().text)).toBeDefined();
    world.setSecrets(installationSecret(2), installationSecret(1));
    const key = newApiKey(installationSecret(2));
    world.parameters.set(...recordParameter(path, key));
    world.pass(11);
    expect(await authorize(key.text)).toBeDefined();
  });

  it('is refused once its secret is gone', async () => {
    const authorize = world.create();
    const key = world.storeKey();
    expect(await authorize(key.text)).toBeDefined();
    world.setSecrets(installationSecret(2));
    world.pass(authorizeLimits.memory.freshSeconds + 1);
    expect(await authorize(key.text)).toBeUndefined();
  });
});

describe('keys of the old form', () => {
  it('have both scopes until they are switched off, and then cost no look-up', async () => {
    const key = newOldApiKey();
    const hash = hashOfApiKey(key);
    world.parameters.set(`${path}/${hash}`, 'cus-old');
    expect(await world.create()(key)).toEqual({
      customerId: 'cus-old',
      scopes: ['ingest', 'read'],
      keyId: hash.slice(0, 12),
    });
    world.asked = [];
    expect(await world.create({ acceptOldKeys: false })(key)).toBeUndefined();
    expect(world.asked).toEqual([]);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a record of a newer version', '{"formatVersion":2}', 'format version 2'],
    ['a record that is cut off', '{"formatVersion":1,', 'not JSON'],
  ])('refuses nobody: %s', async (_, text, reason) => {
    const key = world.storeKey();
    world.parameters.set(`${path}/${key.id}`, text);
    await expect(world.create()(key.text)).rejects.toThrow(reason);
  });

  it('reveals nothing about a damaged secret', async () => {
    const text = '{"formatVersion":1,"secrets":[{"secret":"hunter2"';
    world.parameters.set(secretsParameterOf(path), text);
    await expect(world.create()(world.storeKey().text)).rejects.toThrow('not JSON');
    expect(world.logLines.join('')).toContain('damaged');
    expect(world.logLines.join('')).not.toContain('hunter2');
  });
});

it('logs no key', async () => {
  const [key, old] = [world.storeKey(), newOldApiKey()];
  world.storeFails = true;
  for (const text of [key.text, old]) await expect(world.create()(text)).rejects.toThrow(Unavailable);
  expect(world.logLines.length).toBeGreaterThan(0);
  for (const secret of [key.text, key.text.slice(20), old])
    expect(world.logLines.join('')).not.toContain(secret);
});
