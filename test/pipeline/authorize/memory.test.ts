import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import { newApiKey, newOldApiKey } from '../../api-keys.ts';
import { instant } from '../../factories.ts';
import { hour, path, startAuthorizeWorld, type AuthorizeWorld } from './authorize-world.ts';

let world: AuthorizeWorld;
beforeEach(async () => {
  world = await startAuthorizeWorld();
});

describe('memory', () => {
  it('asks for a known key once in three minutes, and for an unknown one as seldom', async () => {
    const known = world.storeKey();
    const revoked = newApiKey();
    const authorize = world.create();
    const ask = async () => [await authorize(known.text), await authorize(revoked.text)];
    for (let second = 0; second < 180; second += 10) {
      expect(await ask()).toMatchObject([{ customerId: 'cus-axon' }, undefined]);
      world.pass(10);
    }
    expect(world.asked).toHaveLength(3);
    world.pass(1);
    await ask();
    expect(world.asked).toHaveLength(6);
  });

  it('refuses a revoked key within four minutes, that of the gateway included', async () => {
    const key = world.storeKey();
    const authorize = world.create();
    await authorize(key.text);
    world.parameters.delete(`${path}/${key.id}`);
    world.pass(4 * 60 - 60);
    world.pass(0.001);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('lets known keys go on for twelve hours while the store fails, and no longer', async () => {
    const known = world.storeKey({ scopes: ['ingest'] });
    const authorize = world.create();
    const grant = await authorize(known.text);
    world.storeFails = true;
    world.bucketFails = true;
    world.pass(12 * hour);
    expect(await authorize(known.text)).toEqual(grant);
    world.pass(1);
    await expect(authorize(known.text)).rejects.toThrow(Unavailable);
  });

  it('does not let a revoked key in again while the store fails', async () => {
    const key = world.storeKey();
    const authorize = world.create();
    await authorize(key.text);
    world.parameters.delete(`${path}/${key.id}`);
    world.pass(hour);
    expect(await authorize(key.text)).toBeUndefined();
    world.storeFails = true;
    world.pass(hour);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('expires a key also while the store fails', async () => {
    const key = world.storeKey({ expiresAt: instant('2025-12-28T20:00:00Z') });
    const authorize = world.create();
    await authorize(key.text);
    world.storeFails = true;
    world.pass(2 * hour);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('leaves a store that fails alone for five seconds, and asks it again then', async () => {
    const [known, other] = [world.storeKey(), world.storeKey()];
    const authorize = world.create();
    await authorize(known.text);
    world.storeFails = true;
    world.pass(200);
    world.asked = [];
    for (let request = 0; request < 40; request += 1) {
      expect(await authorize(known.text)).toBeDefined();
      await expect(authorize(other.text)).rejects.toThrow(Unavailable);
      world.pass(0.1);
    }
    expect(world.asked).toHaveLength(2); // the secrets and a record
    world.storeFails = false;
    world.pass(5);
    expect(await authorize(other.text)).toBeDefined();
  });

  it('asks again where the clock was set back', async () => {
    const key = world.storeKey();
    const authorize = world.create();
    await authorize(key.text);
    world.parameters.delete(`${path}/${key.id}`);
    world.pass(-10 * hour);
    expect(await authorize(key.text)).toBeUndefined();
  });

  it('does not know a key that it never saw while the store fails', async () => {
    world.storeFails = true;
    await expect(world.create()(world.storeKey().text)).rejects.toThrow(Unavailable);
    await expect(world.create()(newOldApiKey())).rejects.toThrow(Unavailable);
  });
});
