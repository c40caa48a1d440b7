import { beforeEach, describe, expect, it } from 'vitest';
import { hashOfApiKey } from '../../../lib/domain/api-key.ts';
import { parseShareToken } from '../../../lib/domain/share-token.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { authorizeLimits } from '../../../lib/pipeline/authorize/authorize.ts';
import { sharesHandler } from '../../../handlers/shares.ts';
import { installationSecret } from '../../api-keys.ts';
import { instant } from '../../factories.ts';
import { authorized, httpEvent, testApp } from '../../handlers/app.ts';
import { shareToken, tamperedTokens, tokenParts } from '../../share-links.ts';
import { path, startAuthorizeWorld, type AuthorizeWorld } from './authorize-world.ts';

let world: AuthorizeWorld;
beforeEach(async () => {
  world = await startAuthorizeWorld();
});

describe('a share link', () => {
  it('reads the counts of its customer, and does nothing else that its key may do', async () => {
    const key = world.storeKey({ scopes: ['ingest', 'read', 'operate'] });
    const link = shareToken({ key });
    expect(await world.create()(link.text)).toEqual({
      customerId: 'cus-axon',
      scopes: ['read'],
      keyId: `link:${key.id}`,
      sharedUntil: link.expiresAt,
    });
  });

  it('ends at its instant, also from memory, and then costs no look-up', async () => {
    const link = shareToken({ key: world.storeKey(), expiresAt: '2025-12-28T18:00:10Z' });
    const authorize = world.create();
    world.pass(9.999);
    expect(await authorize(link.text)).toBeDefined();
    world.pass(0.001);
    world.asked = [];
    expect(await authorize(link.text)).toBeUndefined();
    expect(world.asked).toEqual([]);
  });

  it('ends when its key is revoked', async () => {
    const key = world.storeKey();
    const link = shareToken({ key });
    const authorize = world.create();
    expect(await authorize(link.text)).toBeDefined();
    world.parameters.delete(`${path}/${key.id}`);
    world.pass(authorizeLimits.memory.freshSeconds + 1);
    expect(await authorize(link.text)).toBeUndefined();
  });

  it('ends when its key expires', async () => {
    const key = world.storeKey({ expiresAt: instant('2025-12-28T18:00:10Z') });
    const link = shareToken({ key });
    const authorize = world.create();
    expect(await authorize(link.text)).toBeDefined();
    world.pass(10);
    expect(await authorize(link.text)).toBeUndefined();
  });

  it('ends when its secret is dropped, although its key lives on', async () => {
    const key = world.storeKey();
    const link = shareToken({ key, secret: installationSecret(1).secret });
    const authorize = world.create();
    world.setSecrets(installationSecret(2), installationSecret(1));
    world.pass(authorizeLimits.memory.freshSeconds + 1);
    expect(await authorize(link.text)).toBeDefined();
    world.setSecrets(installationSecret(2));
    world.pass(authorizeLimits.memory.freshSeconds + 1);
    expect(await authorize(link.text)).toBeUndefined();
  });

  it.each([
    ['does not read', { scopes: ['ingest'] as const }],
    ['is now of another key', { hash: hashOfApiKey('another') }],
  ])('is refused where the record of its key %s', async (_, given) => {
    const key = world.storeKey(given);
    expect(await world.create()(shareToken({ key }).text)).toBeUndefined();
  });

  it('is refused where a form without keys made it, under whatever secret', async () => {
    expect(await world.create()(shareToken().text)).toBeUndefined();
    expect(world.asked).toEqual([]);
  });

  it.each(tokenParts.filter((part) => part !== 'prefix'))(
    'is refused with another %s, and costs no look-up of a key',
    async (part) => {
      const key = world.storeKey();
      const authorize = world.create();
      // The other ones have not the form of a token.
      const tokens = tamperedTokens(shareToken({ key }).text, part).filter(parseShareToken);
      expect(tokens).not.toEqual([]);
      for (const text of tokens) {
        expect({ text, grant: await authorize(text) }).toEqual({ text, grant: undefined });
      }
      expect(world.asked.filter((name) => name.startsWith(`${path}/`))).toEqual([]);
    },
  );

  it('goes on from memory while Parameter Store fails; an authorizer that knows nothing does not refuse it', async () => {
    const link = shareToken({ key: world.storeKey(), expiresAt: '2026-01-20T00:00:00Z' });
    const authorize = world.create();
    expect(await authorize(link.text)).toBeDefined();
    world.storeFails = true;
    world.pass(3_600);
    expect(await authorize(link.text)).toBeDefined();
    await expect(world.create()(link.text)).rejects.toThrow(Unavailable);
  });

  it('is in no line of the log', async () => {
    const link = shareToken({ key: world.storeKey() });
    world.storeFails = true;
    await expect(world.create()(link.text)).rejects.toThrow(Unavailable);
    expect(world.logLines.length).toBeGreaterThan(0);
    expect(world.logLines.join('')).not.toContain('las_');
  });
});

describe('the secrets that sign share links', () => {
  it('are those of the API keys, the newest first, and are read once in three minutes', async () => {
    const read = world.createLinkSecrets();
    const [one, two] = [installationSecret(1).secret, installationSecret(2).secret];
    expect(await read()).toEqual([one]);
    world.setSecrets(installationSecret(2), installationSecret(1));
    expect(await read()).toEqual([one]);
    expect(world.asked).toHaveLength(1);
    world.pass(authorizeLimits.memory.freshSeconds + 1);
    expect(await read()).toEqual([two, one]);
  });

  it('are none before the first key is made', async () => {
    world.parameters.clear();
    expect(await world.createLinkSecrets()()).toEqual([]);
  });

  it('are remembered while Parameter Store fails; without them no link can be made now', async () => {
    const read = world.createLinkSecrets();
    await read();
    world.storeFails = true;
    world.pass(3_600);
    expect(await read()).toHaveLength(1);
    await expect(world.createLinkSecrets()()).rejects.toThrow(Unavailable);
  });

  it('sign what the authorizer takes: a link that POST /shares made', async () => {
    const key = world.storeKey();
    const { app } = testApp({
      environment: { STORAGE: 'aws' },
      parts: { linkSecrets: [] },
      clock: { now: () => world.now },
    });
    const read = world.createLinkSecrets();
    const headers = { authorization: `Bearer ${key.text}` };
    const event = authorized(httpEvent('POST', '/shares', { headers }), 'cus-axon', { scopes: 'read' });
    const { statusCode, body = '' } = await sharesHandler(async () => app, read)(event);
    expect(statusCode).toBe(201);
    const { token } = JSON.parse(body) as { token: string };
    expect(await world.create()(token)).toMatchObject({ customerId: 'cus-axon', scopes: ['read'] });
    world.pass(7 * 86_400);
    expect(await world.create()(token)).toBeUndefined();
  });
});
