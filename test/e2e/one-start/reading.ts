import { describe, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { countedWindows, entry, json, postLogs } from '../requests.ts';

/** Tests what readers get. */
export function describeReading(emulator: Emulator): void {
  async function send(customerId: string, entries: readonly object[]): Promise<void> {
    const { status } = await postLogs(emulator, { customerId, body: entries });
    expect(status).toBe(202);
    await countedWindows(emulator, customerId);
  }

  function get(path: string, customerId: string, headers: Readonly<Record<string, string>> = {}) {
    return emulator.http.request(path, { headers: { 'x-customer-id': customerId, ...headers } });
  }

  const entryAt = (receivedAt: string) => ({ ...entry, receivedAt });
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

  describe('GET /aggregates/total', () => {
    it('has what was counted just now, as soon as the minutes have it', async () => {
      const customerId = 'cus-live';
      const entries = [0, 1, 2].map((minutes) => entryAt(minutesAgo(minutes)));
      await send(customerId, entries);
      expect(json(await get('/aggregates/total', customerId))).toMatchObject({
        requests: 3,
        topPaths: [{ key: 'GET /pricing', requests: 3 }],
        complete: false,
      });
    });

    it('has what is long over when its hours and days have been rolled up', async () => {
      const customerId = 'cus-past';
      // Around a local day, 2025-12-28 in Berlin: its first and last minute, and one minute before and after it.
      const instants = ['27T22:59:59', '27T23:00:00', '28T18:03:07', '28T22:59:59', '28T23:00:00'];
      await send(
        customerId,
        instants.map((instant) => entryAt(`2025-12-${instant}Z`)),
      );
      const localDay = 'from=2025-12-28T00:00:00%2B01:00&to=2025-12-29T00:00:00%2B01:00';
      const year = 'from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z';
      const requestsIn = async (range: string) => {
        return (json(await get(`/aggregates/total?${range}`, customerId)) as { requests: number }).requests;
      };
      await expect.poll(async () => [await requestsIn(localDay), await requestsIn(year)]).toEqual([3, 5]);
    });

    it('rounds a range outward to whole minutes', async () => {
      const range = 'from=2025-12-28T18:03:07Z&to=2025-12-28T18:04:00.5Z';
      const answer = await get(`/aggregates/total?${range}`, 'cus-past');
      expect(answer.status).toBe(200);
      expect(json(answer)).toMatchObject({ from: '2025-12-28T18:03:00Z', to: '2025-12-28T18:05:00Z' });
    });
  });

  describe('paths', () => {
    it('are listed page by page, and each is found by its name', async () => {
      const customerId = 'cus-paths';
      const path = '/søk?q="a+b" c&d';
      await send(customerId, [
        { ...entry, path, status: 404 },
        { ...entry, path },
        { ...entry, path: '/b' },
      ]);
      const range = 'from=2025-12-28T18:00:00Z&to=2025-12-28T19:00:00Z';
      // Late entries of an old hour are in the list when it has been rolled up.
      const keysOf = async (more: string) => {
        const answer = await get(`/aggregates/paths?${range}&limit=1${more}`, customerId);
        return json(answer) as { paths: readonly { key: string }[]; nextToken?: string };
      };
      const first = { key: `GET ${path}`, requests: 2, errors: 1 };
      await expect.poll(async () => (await keysOf('')).paths).toEqual([first]);
      const { nextToken = '' } = await keysOf('');
      expect((await keysOf(`&nextToken=${nextToken}`)).paths).toMatchObject([{ key: 'GET /b' }]);
      expect((await keysOf(`&search=${encodeURIComponent('SØK')}`)).paths).toEqual([first]);
      for (const asked of [path, `GET ${path}`]) {
        const answer = await get(`/aggregates?${range}&path=${encodeURIComponent(asked)}`, customerId);
        expect(json(answer)).toMatchObject({ path: asked, windows: [{ requests: 2, errors: 1 }] });
      }
    });
  });

  describe('CSV', () => {
    it('comes through a real socket as it was written', async () => {
      const customerId = 'cus-csv';
      const path = '/søk?q="a,b";=1+1';
      await send(customerId, [{ ...entry, path, userAgent: '=cmd|x/1.0', method: '-X' }]);
      const answer = await get('/aggregates?from=2025-12-28T18:00:00Z', customerId, { accept: 'text/csv' });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
      const countedThrough = String(answer.headers['x-counted-through']);
      const [header, , row, ...rest] = answer.body.toString().split('\r\n');
      expect(header).toBe(
        'windowStart,windowSize,complete,dimension,key,requests,countedThrough,bytes,durationMs,p50Ms,p95Ms,p99Ms,visitors',
      );
      expect(row).toBe(
        `2025-12-28T18:03:00Z,minute,true,path,"'-X /søk?q=""a,b"";'=1+1",1,${countedThrough},,,,,,`,
      );
      expect(rest.at(-1)).toBe('');
    });

    it('pages by the link', async () => {
      const customerId = 'cus-csv-pages';
      const entries = [1, 2, 3].map((minute) => entryAt(`2025-12-28T18:0${minute}:00Z`));
      await send(customerId, entries);
      const totals: string[] = [];
      let path: string | undefined = '/aggregates?limit=1&from=2025-12-28T19:00:00%2B01:00';
      while (path !== undefined) {
        const { headers, body } = await get(path, customerId, { accept: 'text/csv' });
        totals.push(...(body.toString().match(/^.*total.*$/gm) ?? []));
        path = /^<([^>]+)>; rel="next"$/.exec(String(headers.link))?.[1];
      }
      expect(totals.map((row) => row.slice(14, 16))).toEqual(['01', '02', '03']);
    });
  });

  describe('GET /customers', () => {
    it('names all customers, to whoever asks', async () => {
      await send('cus-z', [entry]);
      await send('Cus-%41', [entry]);
      const read = async () => {
        const { customers } = json(await emulator.http.request('/customers')) as { customers: string[] };
        expect(customers).toEqual(customers.toSorted());
        return customers;
      };
      // Rolling up puts a customer into the index, which is soon after its minutes are counted.
      await expect.poll(read).toEqual(expect.arrayContaining(['Cus-%41', 'cus-z']));
    });
  });

  describe('GET /openapi.json', () => {
    it('is served with an etag', async () => {
      const answer = await emulator.http.request('/openapi.json');
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(json(answer)).toMatchObject({ openapi: '3.1.1', paths: { '/logs': {}, '/openapi.json': {} } });
      const headers = { 'if-none-match': String(answer.headers.etag) };
      expect((await emulator.http.request('/openapi.json', { headers })).status).toBe(304);
    });
  });
}
