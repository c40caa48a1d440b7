import { beforeAll, describe, expect, it } from 'vitest';
import { hashOfApiKey } from '../../../lib/domain/api-key.ts';
import type { ApiKeyRecord } from '../../../lib/domain/api-key-record.ts';
import { createKeyAuthorizer } from '../../../self-hosted/api-keys/key-authorizer.ts';
import { apiKeyRecord, installationSecret, newApiKey } from '../../api-keys.ts';
import { customer } from '../../factories.ts';
import { december, entry, json } from '../../e2e/requests.ts';
import { countAll } from '../../handlers/app.ts';
import { shareToken, tamperedTokens, tokenParts } from '../../share-links.ts';
import { useServedApp, type ServedApp } from './served-app.ts';

const { secret } = installationSecret();
const records = new Map<string, ApiKeyRecord>();
let now = new Date('2025-12-28T18:04:00Z');

function newKey(customerId: string, given: Partial<ApiKeyRecord> = {}) {
  const key = newApiKey();
  records.set(key.id, apiKeyRecord(key, { customerId: customer(customerId), ...given }));
  return key;
}

async function ask(served: ServedApp, path: string, authorization: string, options: object = {}) {
  const answer = await served.http.request(path, {
    headers: { authorization, 'content-type': 'application/json', 'x-customer-id': 'cus-two' },
    ...options,
  });
  return { status: answer.status, body: json(answer) as Record<string, unknown> };
}

describe('a share link of the cluster form with API keys', () => {
  const clock = { now: () => now };
  const served = useServedApp({ authorizer: createKeyAuthorizer(() => records, clock, [secret]) });
  const one = newKey('cus-one');
  const two = newKey('cus-two');
  const total = `/aggregates/total?${new URLSearchParams(december).toString()}`;
  const link = shareToken({ customerId: 'cus-one', key: one, expiresAt: '2026-01-04T18:00:00Z' });
  const requestsOf = async (authorization: string) => ask(served, total, authorization);

  beforeAll(async () => {
    for (const key of [one, one, two]) {
      const body = JSON.stringify([{ ...entry, path: `/${Math.random()}` }]);
      const { status } = await ask(served, '/logs', `Bearer ${key.text}`, { method: 'POST', body });
      if (status !== 202) throw new Error(`A batch was answered with ${status}.`);
    }
    await countAll(served.app);
  });

  it('is made with a key, and reads the counts of the key’s customer alone', async () => {
    const made = await ask(served, '/shares', `Bearer ${one.text}`, { method: 'POST', body: '' });
    expect(made).toMatchObject({ status: 201, body: { customerId: 'cus-one' } });
    for (const scheme of ['Share', 'Bearer']) {
      const read = await requestsOf(`${scheme} ${String(made.body['token'])}`);
      expect(read).toMatchObject({ status: 200, body: { customerId: 'cus-one', requests: 2 } });
    }
    const list = await ask(served, '/customers', `Share ${String(made.body['token'])}`);
    expect(list).toMatchObject({ status: 200, body: { customers: ['cus-one'] } });
  });

  it.each([
    ['POST', '/logs', JSON.stringify([entry])],
    ['POST', '/shares', '{}'],
    ['GET', '/openapi.json', undefined],
    ['GET', '/metrics', undefined],
  ])('cannot %s %s', async (method, path, body) => {
    const options = { method, ...(body === undefined ? {} : { body }) };
    expect(await ask(served, path, `Share ${link.text}`, options)).toMatchObject({
      status: 403,
      body: { errorCode: 'API_1006' },
    });
  });

  it('ends with its key, and at its instant', async () => {
    const key = newKey('cus-one');
    const { text } = shareToken({ customerId: 'cus-one', key, expiresAt: '2025-12-28T19:00:00Z' });
    expect((await requestsOf(`Share ${text}`)).status).toBe(200);
    now = new Date('2025-12-28T19:00:00Z');
    expect(await requestsOf(`Share ${text}`)).toMatchObject({ status: 403, body: { errorCode: 'API_1011' } });
    now = new Date('2025-12-28T18:04:00Z');
    expect((await requestsOf(`Share ${text}`)).status).toBe(200);
    records.delete(key.id);
    expect(await requestsOf(`Share ${text}`)).toMatchObject({ status: 403, body: { errorCode: 'API_1011' } });
  });

  it.each([
    [
      'of a secret that was dropped',
      shareToken({ customerId: 'cus-one', key: one, secret: Buffer.alloc(32, 7) }),
    ],
    ['of another customer than its key', shareToken({ customerId: 'cus-two', key: one })],
    ['that no key made', shareToken({ customerId: 'cus-one' })],
    ['whose key cannot read', shareToken({ key: newKey('cus-axon', { scopes: ['ingest'] }) })],
    ['whose record is another key’s', shareToken({ key: newKey('cus-axon', { hash: hashOfApiKey('x') }) })],
  ])('is refused if it is one %s', async (_, { text }) => {
    expect(await requestsOf(`Share ${text}`)).toMatchObject({ status: 403, body: { errorCode: 'API_1011' } });
  });

  it.each(tokenParts)('is refused with another %s', async (part) => {
    for (const text of tamperedTokens(link.text, part)) {
      const read = await requestsOf(`Share ${text}`);
      expect([text, read]).toMatchObject([text, { status: 403, body: { errorCode: 'API_1011' } }]);
    }
  });
});

describe('a share link of the cluster form without API keys', () => {
  const served = useServedApp();

  it('reads the counts of its customer alone, whatever the header says', async () => {
    const { body } = await ask(served, '/shares', '', { method: 'POST', body: '' });
    expect(await ask(served, '/aggregates', `Share ${String(body['token'])}`)).toMatchObject({
      status: 200,
      body: { customerId: 'cus-two' },
    });
    const ofOther = shareToken({ customerId: 'cus-one' });
    expect(await ask(served, '/aggregates', `Share ${ofOther.text}`)).toMatchObject({
      status: 200,
      body: { customerId: 'cus-one' },
    });
  });
});
