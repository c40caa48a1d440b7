import { beforeEach, describe, expect, it } from 'vitest';
import { hashOfApiKey } from '../../../lib/domain/api-key.ts';
import { secretsParameterOf } from '../../../lib/domain/installation-secrets.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { authorizeLimits } from '../../../lib/pipeline/authorize/authorize.ts';
import { installationSecret, newApiKey, newOldApiKey } from '../../api-keys.ts';
import { hour, path, startAuthorizeWorld, type AuthorizeWorld } from './authorize-world.ts';

let world: AuthorizeWorld;
beforeEach(async () => {
  world = await startAuthorizeWorld();
});

describe('guesses', () => {
  it('are refused by their MAC: a thousand of them look up no key, and the secret once in ten seconds', async () => {
    const authorize = world.create();
    const elsewhere = installationSecret(9);
    for (let guess = 0; guess < 1_000; guess += 1) {
      expect(await authorize(newApiKey(elsewhere).text)).toBeUndefined();
      world.pass(0.03);
    }
    expect(world.asked.length).toBeLessThanOrEqual(4);
    expect(new Set(world.asked)).toEqual(new Set([secretsParameterOf(path)]));
  });

  it('of the old form have five look-ups a second, and known keys are taken all the while', async () => {
    const known = newOldApiKey();
    world.parameters.set(`${path}/${hashOfApiKey(known)}`, 'cus-old');
    const sealed = world.storeKey();
    const authorize = world.create();
    await authorize(known);
    world.asked = [];
    let unavailable = 0;
    for (let guess = 0; guess < 300; guess += 1) {
      world.pass(0.01);
      await authorize(newOldApiKey()).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Unavailable);
        unavailable += 1;
      });
    }
    expect(world.asked.length).toBeLessThanOrEqual(20 + 3 * 5);
    expect(unavailable).toBe(300 - world.asked.length);
    expect(await authorize(known)).toMatchObject({ customerId: 'cus-old' });
    expect(await authorize(sealed.text)).toBeDefined();
    expect(world.logLines.filter((line) => line.includes('old form'))).toHaveLength(1);
  });

  it('push no known key out of memory', async () => {
    const known = world.storeKey();
    const authorize = world.create({ memory: { ...authorizeLimits.memory, maxPresent: 5, maxAbsent: 5 } });
    await authorize(known.text);
    for (let revoked = 0; revoked < 50; revoked += 1) await authorize(newApiKey().text);
    world.storeFails = true;
    world.bucketFails = true;
    world.pass(hour);
    expect(await authorize(known.text)).toBeDefined();
  });
});
