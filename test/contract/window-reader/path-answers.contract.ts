import { describe, expect, it } from 'vitest';
import { TimeZone } from '../../../lib/domain/time-zone.ts';
import type { WindowSize, WindowStart } from '../../../lib/domain/window.ts';
import type { KeyPlace } from '../../../lib/domain/key-totals.ts';
import { listPaths, type PathsQuery } from '../../../lib/pipeline/query/list-paths.ts';
import { pathSeries, type PathSeriesQuery } from '../../../lib/pipeline/query/path-series.ts';
import { countsWith, customer, instant, windowStart } from '../../factories.ts';
import { playedProgress } from '../../pipeline/played-progress.ts';
import type { WindowReaderFixture } from './fixture.ts';

const customerId = customer();
const clock = { now: () => instant('2026-02-01T00:00:00Z') };
const at = (time: string) => windowStart(`2025-12-${time}:00Z`);

/** Counts of a path: requests, errors, bytes, and milliseconds of all requests together. */
type Path = readonly [key: string, requests: number, errors: number, bytes: number, durationMs: number];

/** Tests the lists and series of paths on a window reader. */
export function describePathAnswers(fixture: () => WindowReaderFixture): void {
  async function write(windowSize: WindowSize, start: string, paths: readonly Path[]): Promise<void> {
    const map = (valueOf: (path: Path) => number) =>
      new Map(paths.map((path) => [path[0], valueOf(path)] as const).filter(([, value]) => value > 0));
    const errors = map(([, , failed]) => failed);
    const requestsByPath = map(([, requests]) => requests);
    const counts = countsWith({
      requestsByPath,
      requestsByStatus: new Map([
        [
          '404',
          Math.max(
            1,
            [...errors.values()].reduce((sum, n) => sum + n, 0),
          ),
        ],
      ]),
      requestsByErrorPath: new Map(Array.from(errors, ([path, failed]) => [`404 ${path}`, failed])),
    });
    const measures = {
      bytes: paths.reduce((sum, [, , , bytes]) => sum + bytes, 0),
      bytesByPath: map(([, , , bytes]) => bytes),
      durationMsByPath: map(([, , , , durationMs]) => durationMs),
      timedByPath: requestsByPath,
      durations: new Map([[7, 1]]),
      visitors: new Map<number, number>(),
    };
    const counted = { counts, measures };
    await fixture().write({ customerId, windowSize, windowStart: at(start), paths: [], counted });
  }

  describe('the list of paths', () => {
    const range = { customerId, from: at('28T23:58'), to: at('30T01:01'), allowedLatenessSeconds: 600 };
    const list = (changed: Partial<PathsQuery> = {}) => {
      const query = {
        ...range,
        search: undefined,
        sort: 'requests',
        limit: 100,
        after: undefined,
        ...changed,
      } as const;
      return listPaths(query, { reader: fixture().reader, clock, progress: playedProgress(clock) });
    };

    it('adds up the days, hours and minutes of a range', async () => {
      await write('minute', '28T23:57', [['GET /', 1_000, 0, 0, 0]]);
      await write('minute', '28T23:58', [['GET /', 1, 1, 10, 2]]);
      await write('minute', '28T23:59', [['POST /é', 2, 0, 20, 6]]);
      await write('hour', '29T01:00', [['GET /', 1_000, 0, 0, 0]]);
      await write('day', '29T00:00', [
        ['GET /', 3, 1, 30, 4],
        ['POST /é', 4, 4, 1, 0],
        ['GET /"x"', 1, 1, 5, 100],
      ]);
      await write('hour', '30T00:00', [['GET /', 1, 0, 0, 0]]);
      await write('minute', '30T01:00', [['GET /"x"', 1, 0, 0, 0]]);
      await write('minute', '30T01:01', [['GET /', 1_000, 0, 0, 0]]);
      expect((await list()).paths).toEqual([
        { key: 'POST /é', requests: 6, errors: 4, bytes: 21, durationMs: 6, meanMs: 1 },
        { key: 'GET /', requests: 5, errors: 2, bytes: 40, durationMs: 6, meanMs: 1.2 },
        { key: 'GET /"x"', requests: 2, errors: 1, bytes: 5, durationMs: 100, meanMs: 50 },
      ]);
      const first = async (changed: Partial<PathsQuery>) => (await list(changed)).paths[0]?.key;
      expect(await first({ sort: 'errors' })).toBe('POST /é');
      expect(await first({ sort: 'bytes' })).toBe('GET /');
      expect(await first({ sort: 'meanMs' })).toBe('GET /"x"');
      expect(await first({ search: 'É' })).toBe('POST /é');
    });

    it('gives each path once over pages of any size', async () => {
      const paths = Array.from(
        { length: 30 },
        (_, path) => [`GET /${path}`, 1 + (path % 4), 0, 0, 0] as const,
      );
      await write('day', '29T00:00', paths);
      const all = (await list()).paths.map(({ key }) => key);
      expect(all.length).toBe(30);
      for (const limit of [1, 7, 30]) {
        const found: string[] = [];
        let after: KeyPlace | undefined;
        do {
          const page = await list({ limit, after });
          found.push(...page.paths.map(({ key }) => key));
          after = page.next;
        } while (after !== undefined);
        expect(found).toEqual(all);
      }
    });
  });

  describe('the series of a path', () => {
    const range = { customerId, from: at('28T00:00'), to: at('30T00:00'), allowedLatenessSeconds: 600 };
    async function series(changed: Pick<PathSeriesQuery, 'path' | 'windowSize'> & Partial<PathSeriesQuery>) {
      const windows = [];
      for (let after: WindowStart | undefined; ;) {
        const page = await pathSeries(
          { ...range, zone: undefined, limit: 2, ...changed, after },
          { reader: fixture().reader, progress: playedProgress(clock) },
        );
        for (const { windowStart: start, requests, errors, bytes, durationMs } of page.windows) {
          windows.push([start, requests, errors, bytes, durationMs]);
        }
        if (page.lastWindow === undefined) return windows;
        after = page.lastWindow;
      }
    }

    it.each(['minute', 'hour', 'day'] as const)(
      'gives the windows of one %s that have it',
      async (windowSize) => {
        const starts = {
          minute: ['28T18:03', '28T18:04', '28T18:05', '29T00:00'],
          hour: ['28T00:00', '28T01:00', '28T02:00', '29T23:00'],
          day: ['28T00:00', '29T00:00'],
        }[windowSize];
        const paths: readonly Path[] = [
          ['GET /', 9, 9, 9, 9],
          ['GET /a', 3, 1, 10, 5],
          ['POST /a', 2, 2, 1, 1],
        ];
        for (const [place, start] of starts.entries())
          await write(windowSize, start, place === 1 ? paths.slice(0, 1) : paths);
        const having = starts.filter((_, place) => place !== 1).map(at);
        expect(await series({ path: 'GET /a', windowSize })).toEqual(
          having.map((start) => [start, 3, 1, 10, 5]),
        );
        expect(await series({ path: '/a', windowSize })).toEqual(having.map((start) => [start, 5, 3, 11, 6]));
        expect(await series({ path: 'GET /', windowSize })).toEqual(
          starts.map(at).map((start) => [start, 9, 9, 9, 9]),
        );
        expect(await series({ path: '/b', windowSize })).toEqual([]);
      },
    );

    it('adds up hours to local days', async () => {
      await write('hour', '28T22:00', [['GET /a', 1, 1, 1, 1]]);
      await write('hour', '28T23:00', [['GET /a', 2, 0, 5, 1]]);
      await write('hour', '29T22:00', [['GET /a', 4, 2, 7, 1]]);
      await write('hour', '29T23:00', [['GET /a', 8, 0, 0, 0]]);
      const zone = new TimeZone('Europe/Berlin');
      expect(
        await series({ path: '/a', windowSize: 'day', zone, from: at('27T23:00'), to: at('29T23:00') }),
      ).toEqual([
        [at('27T23:00'), 1, 1, 1, 1],
        [at('28T23:00'), 6, 2, 12, 2],
      ]);
    });
  });
}
