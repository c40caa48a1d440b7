import { beforeEach, describe, expect, it } from 'vitest';
import { hashOfApiKey } from '../../../lib/domain/api-key.ts';
import { apiKeyCopyKey } from '../../../lib/domain/keys.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { installationSecret, newApiKey, newOldApiKey, recordParameter } from '../../api-keys.ts';
import { instant } from '../../factories.ts';
import { hour, path, startAuthorizeWorld, type AuthorizeWorld } from './authorize-world.ts';

let world: AuthorizeWorld;
beforeEach(async () => {
  world = await startAuthorizeWorld();
});

describe('an authorizer that has just been started, while the store fails', () => {
  it('takes keys that are in use, of both forms, for twelve hours', async () => {
    const key = world.storeKey({ scopes: ['ingest'] });
    const old = newOldApiKey();
    world.parameters.set(`${path}/${hashOfApiKey(old)}`, 'cus-old');
    const before = world.create();
    const grants = [await before(key.text), await before(old)];
    world.storeFails = true;
    world.pass(12 * hour);
    const after = world.create();
    expect([await after(key.text), await after(old)]).toEqual(grants);
    world.pass(1);
    await expect(world.create()(key.text)).rejects.toThrow(Unavailable);
  });

  it('refuses nobody and takes nobody else: a made-up key, one that was never used, one that is expired', async () => {
    const expiring = world.storeKey({ expiresAt: instant('2025-12-28T18:30:00Z') });
    await world.create()(expiring.text);
    world.storeFails = true;
    world.pass(hour);
    await expect(world.create()(newApiKey(installationSecret(9)).text)).rejects.toThrow(Unavailable);
    await expect(world.create()(world.storeKey().text)).rejects.toThrow(Unavailable);
    expect(await world.create()(expiring.text)).toBeUndefined();
  });

  it('accepts no key when the bucket fails as well', async () => {
    const key = world.storeKey();
    await world.create()(key.text);
    world.storeFails = true;
    world.bucketFails = true;
    await expect(world.create()(key.text)).rejects.toThrow(Unavailable);
  });
});

describe('copies of records', () => {
  it('are made once in six hours of use, and when a record has changed', async () => {
    const key = world.storeKey();
    const authorize = world.create();
    for (let minute = 0; minute < 6 * 60; minute += 1) {
      await authorize(key.text);
      world.pass(60);
    }
    expect(world.bucketRequests).toEqual(['get', 'put']);
    await authorize(key.text);
    world.parameters.set(...recordParameter(path, key, { scopes: ['read'] }));
    world.pass(200);
    await authorize(key.text);
    expect(world.bucketRequests).toEqual(['get', 'put', 'get', 'put', 'get', 'put']);
    world.storeFails = true;
    expect(await world.create()(key.text)).toMatchObject({ scopes: ['read'] });
  });

  it('cause no failure where they cannot be written', async () => {
    world.bucketFails = true;
    expect(await world.create()(world.storeKey().text)).toBeDefined();
    expect(world.logLines.join('')).toContain('cannot be copied');
  });

  it('have nothing that a key could be made from', async () => {
    const key = world.storeKey();
    await world.create()(key.text);
    const copy = await world.objects.get(apiKeyCopyKey(hashOfApiKey(key.text)));
    for (const part of [
      key.text.slice(21, 61),
      key.text.slice(-32),
      installationSecret().secret.toString('hex'),
    ])
      expect(copy?.body.toString()).not.toContain(part);
  });
});
