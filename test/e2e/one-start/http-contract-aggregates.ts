import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Emulator } from '../emulator.ts';
import { countedWindows, december, entry, json, postLogs } from '../requests.ts';

/** Tests `GET /aggregates` on an emulator that the tests of the other routes use, too: starting one takes seconds. */
export function describeAggregates(emulator: Emulator): void {
  describe('GET /aggregates', () => {
    const customerId = 'cus-pages';
    const starts = Array.from({ length: 7 }, (_, minute) => `2025-12-28T18:0${minute}:00Z`);
    const pageSchema = z.object({
      nextToken: z.string().optional(),
      windows: z.array(z.object({ windowStart: z.string() })),
    });

    const fullPageSchema = z.object({
      countedThrough: z.iso.datetime({ precision: 3 }),
      windows: z.array(z.object({ updatedAt: z.iso.datetime({ precision: 3 }) })),
    });

    async function read(
      parameters: Readonly<Record<string, string>>,
      headers: Readonly<Record<string, string>> = {},
    ) {
      const query = new URLSearchParams({ window: 'minute', ...december, ...parameters }).toString();
      return emulator.http.request(`/aggregates?${query}`, {
        headers: { 'x-customer-id': customerId, ...headers },
      });
    }

    it('answers the windows with all of their fields, in the order of time', async () => {
      await postLogs(emulator, {
        customerId,
        body: starts.map((receivedAt) => ({ ...entry, receivedAt })).toReversed(),
      });
      await countedWindows(emulator, customerId);
      const answer = json(await read({}));
      const { windows, countedThrough } = fullPageSchema.parse(answer);

      expect(answer).toEqual({
        customerId,
        windowSize: 'minute',
        ...december,
        countedThrough,
        waiting: 0,
        windows: starts.map((windowStart, index) => ({
          customerId,
          windowSize: 'minute',
          windowStart,
          requests: 1,
          requestsByPath: { 'GET /pricing': 1 },
          requestsByUserAgent: { curl: 1 },
          requestsByStatus: { '200': 1 },
          requestsByAgentClass: { library: 1 },
          batches: 1,
          revision: 1,
          lateRequests: 1,
          complete: true,
          updatedAt: windows[index]?.updatedAt,
        })),
      });
    });

    it('answers in pages', async () => {
      const pages: string[][] = [];
      let nextToken: string | undefined;
      do {
        const answer = await read({ limit: '3', ...(nextToken === undefined ? {} : { nextToken }) });
        const page = pageSchema.parse(json(answer));
        pages.push(page.windows.map(({ windowStart }) => windowStart));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);

      expect(pages).toEqual([starts.slice(0, 3), starts.slice(3, 6), starts.slice(6)]);
    });

    it('answers 400 for a token of another query', async () => {
      const { nextToken = '' } = pageSchema.parse(json(await read({ limit: '3' })));
      const answers = [
        await read({ nextToken, from: '2025-12-02T00:00:00Z' }),
        await read({ nextToken }, { 'x-customer-id': 'cus-other' }),
        await read({ nextToken: 'made-up' }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    });

    it('answers 304 while nothing has changed, and 200 when something has', async () => {
      const etag = (await read({})).headers.etag ?? '';
      const unchanged = await read({}, { 'if-none-match': etag });
      await postLogs(emulator, { customerId, body: [{ ...entry, path: '/news' }] });
      await countedWindows(emulator, customerId);
      const changed = await read({}, { 'if-none-match': etag });

      expect({
        status: unchanged.status,
        bytes: unchanged.body.length,
        etag: unchanged.headers.etag,
      }).toEqual({
        status: 304,
        bytes: 0,
        etag,
      });
      expect(changed.status).toBe(200);
      expect(changed.headers.etag).not.toBe(etag);
    });

    it('answers only the customer’s own windows', async () => {
      expect(json(await read({}, { 'x-customer-id': 'cus-stranger' }))).toMatchObject({ windows: [] });
    });

    it('understands an offset in the range', async () => {
      const answer = await read({ from: '2025-12-28T20:05:00+02:00', to: '2025-12-28T13:07:00-05:00' });

      expect(pageSchema.parse(json(answer)).windows.map(({ windowStart }) => windowStart)).toEqual(
        starts.slice(5),
      );
    });

    it.each([
      { from: 'yesterday' },
      { to: '2025-13-01T00:00:00Z' },
      { limit: '0' },
      { limit: '1001' },
      { limit: 'many' },
      { window: 'week' },
      { top: '-1' },
      { from: '2026-01-02T00:00:00Z' },
    ])('answers 400 for %j', async (parameters) => {
      const answer = await read(Object.fromEntries(Object.entries(parameters)));

      expect(answer.status).toBe(400);
      expect(json(answer)).toMatchObject({
        errorCode: 'QRY_1000',
        details: [{ field: Object.keys(parameters)[0] }],
      });
    });
  });
}
