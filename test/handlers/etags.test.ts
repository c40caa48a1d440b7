import { expect, it } from 'vitest';
import { pathsHandler } from '../../handlers/paths.ts';
import { queryHandler } from '../../handlers/query.ts';
import { totalHandler } from '../../handlers/total.ts';
import { httpEvent, testApp } from './app.ts';

const range = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };

it.each([
  ['/aggregates', queryHandler, {}],
  ['/aggregates?path=', queryHandler, { path: '/a' }],
  ['/aggregates/total', totalHandler, {}],
  ['/aggregates/paths', pathsHandler, {}],
] as const)(
  '%s answers 304 only to the customer whose answer has the etag',
  async (_name, handlerOf, more) => {
    const { app } = testApp();
    const handler = handlerOf(async () => app);
    const get = (customer: string, headers: Record<string, string> = {}) =>
      handler(
        httpEvent('GET', '/aggregates', {
          query: { ...range, ...more },
          headers: { 'x-customer-id': customer, ...headers },
        }),
      );
    const { headers = {} } = await get('cus-a');
    const seen = { 'if-none-match': String(headers['etag']) };
    expect((await get('cus-a', seen)).statusCode).toBe(304);
    // Nothing was counted for either, so only the customer differs.
    expect((await get('cus-b', seen)).statusCode).toBe(200);
    expect(headers['vary']).toBe('accept, authorization, x-customer-id');
  },
);
