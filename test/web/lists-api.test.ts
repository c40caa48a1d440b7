import { describe, expect, it } from 'vitest';
import { createClient } from '../../web/api/client.ts';
import { loadCourse } from '../../web/api/load-course.ts';
import { loadPaths } from '../../web/api/load-paths.ts';
import { loadSparkline } from '../../web/api/load-sparkline.ts';

const at = (text: string): number => Date.parse(text);
const { signal } = new AbortController();

/** Creates a client of a pipeline that gives these answers, and lists what it is asked for. */
function clientOf(answerTo: (url: URL) => object) {
  const asked: URL[] = [];
  const client = createClient({
    baseUrl: 'http://localhost/',
    apiKey: () => undefined,
    fetch: async (input) => {
      if (!(input instanceof URL)) throw new Error('The client asks for a URL.');
      asked.push(input);
      return Response.json(answerTo(input));
    },
  });
  return { client, asked };
}

describe('paths', () => {
  const query = {
    customer: 'cus-axon',
    range: { from: at('2025-12-28T00:00Z'), to: at('2025-12-29T00:00Z') },
    search: ' /shop ',
    sort: 'errors',
    kind: 'all',
  } as const;
  const paths = clientOf((url) => ({
    paths: Array.from({ length: Number(url.searchParams.get('limit')) }, (_, index) => ({
      key: `GET /${index}`,
      requests: 1,
      errors: 0,
    })),
    folded: 3,
    foldedErrors: 1,
    ...(url.searchParams.get('nextToken') === 'c'
      ? {}
      : { nextToken: `${url.searchParams.get('nextToken') ?? ''}c` }),
  }));

  it('are read no further than needed', async () => {
    const { rows, folded, hasMore } = await loadPaths(query, 21, paths.client, signal);
    expect([rows.length, folded, hasMore]).toEqual([1_000, 3, true]);
    expect(paths.asked).toHaveLength(1);
    expect(paths.asked[0]?.search).toContain('sort=errors&limit=1000&search=%2Fshop');
  });

  it('are all read for a download, in large pages', async () => {
    const { rows, hasMore } = await loadPaths(query, Infinity, paths.client, signal);
    expect([rows.length, hasMore]).toEqual([2_000, false]);
  });
});

describe('a sparkline', () => {
  it.each([
    ['2025-12-28', 'hour', 24],
    ['2025-12-20', 'day', 9],
    ['2020-01-01', 'day', 366],
  ])('is one request, from %s by the %s', async (from, window, bars) => {
    const { client, asked } = clientOf(() => ({
      windows: [{ windowStart: '2025-12-28T00:00:00Z', requests: 7, requestsByStatus: {}, complete: true }],
    }));
    const range = { from: at(`${from}T00:00Z`), to: at('2025-12-29T00:00Z') };
    const counts = await loadSparkline('cus-axon', range, client, signal);
    expect(asked.map((url) => url.searchParams.get('window'))).toEqual([window]);
    expect(counts).toHaveLength(bars);
    expect(counts.reduce((sum, requests) => sum + requests, 0)).toBe(7);
  });
});

describe('the course of a key', () => {
  const range = { from: at('2025-12-28T17:30Z'), to: at('2025-12-28T20:15Z') };
  const of = { customer: 'cus-axon', range, unit: 'hour', zone: 'Europe/Berlin' } as const;

  it('of a path is made of whole units, and of the minutes at both ends', async () => {
    const { client, asked } = clientOf((url) => ({
      windows: [{ windowStart: url.searchParams.get('from'), requests: 2, errors: 1, bytes: 10 }],
    }));
    const course = await loadCourse({ ...of, detail: { dimension: 'path', key: 'GET /x' } }, client, signal);
    const asks = asked.map(({ searchParams }) => [searchParams.get('window'), searchParams.get('from')]);
    expect(new Set(asks)).toEqual(
      new Set([
        ['hour', '2025-12-28T18:00:00Z'],
        ['minute', '2025-12-28T17:30:00Z'],
        ['minute', '2025-12-28T20:00:00Z'],
      ]),
    );
    expect(asked.every(({ searchParams }) => searchParams.get('path') === 'GET /x')).toBe(true);
    expect(course.map(({ requests, errors }) => [requests, errors])).toEqual([
      [2, 1],
      [2, 1],
      [0, 0],
      [2, 1],
    ]);
  });

  it('of an agent is not known where it may be among the others', async () => {
    const { client } = clientOf(({ searchParams }) => ({
      windows: [
        {
          windowStart: searchParams.get('from'),
          requestsByUserAgent:
            searchParams.get('window') === 'hour' ? { curl: 4 } : { Chrome: 1, '(other)': 2 },
        },
      ],
    }));
    const course = await loadCourse({ ...of, detail: { dimension: 'agent', key: 'curl' } }, client, signal);
    expect(course.map(({ requests, isKnown }) => [requests, isKnown])).toEqual([
      [0, false],
      [4, true],
      [0, true],
      [0, false],
    ]);
  });
});
