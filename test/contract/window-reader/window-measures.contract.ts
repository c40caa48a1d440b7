import { describe, expect, it } from 'vitest';
import { readCountsText } from '../../../lib/domain/counts-text.ts';
import type { Counts } from '../../../lib/domain/dimensions.ts';
import { emptyMeasures, type Measures } from '../../../lib/domain/measures.ts';
import { fromStoredMeasures } from '../../../lib/domain/stored-measures.ts';
import { registerCount } from '../../../lib/domain/visitors.ts';
import type { WindowSize } from '../../../lib/domain/window.ts';
import type { ServedWindow } from '../../../lib/ports/window-reader.ts';
import { countsWith, customer, windowStart } from '../../factories.ts';
import type { WindowReaderFixture } from './fixture.ts';

const customerId = customer();
const start = windowStart('2025-12-28T00:00:00Z');
const end = windowStart('2025-12-29T00:00:00Z');
const largest = Number.MAX_SAFE_INTEGER;
/** Keys whose JSON has escapes, or another order than theirs. */
const requestsByPath = new Map([
  ['GET /', 3],
  ['GET /"a"\\', 2],
  ['7', 1],
  ['POST /é\u2028', 5],
  ['(other)', 4],
]);
const measures: Measures = {
  bytes: largest,
  bytesByPath: new Map([
    ['GET /"a"\\', largest],
    ['POST /é\u2028', 1],
    ['(other)', 12],
  ]),
  durationMsByPath: new Map([
    ['GET /', 86_400_000],
    ['7', 9],
  ]),
  timedByPath: new Map([
    ['GET /', 1],
    ['7', 1],
    ['POST /é\u2028', 4],
  ]),
  durations: new Map([
    [0, 4],
    [9, 1],
    [40, 1],
  ]),
  visitors: new Map([
    [0, 1],
    [registerCount - 1, 7],
  ]),
};

/** Tests that a window reader gives windows with the sums of facts, and the errors of paths. */
export function describeWindowMeasures(fixture: () => WindowReaderFixture): void {
  describe('windows with facts', () => {
    async function served(
      windowSize: WindowSize,
      counts: Partial<Counts>,
      its?: Measures,
    ): Promise<ServedWindow> {
      const counted = { counts: countsWith(counts), ...(its && { measures: its }) };
      await fixture().write({ customerId, windowSize, windowStart: start, paths: [], counted });
      const range = { customerId, windowSize, from: start, to: end };
      for await (const window of fixture().reader.windows(range, 4)) return window;
      return expect.fail('there is no window');
    }
    function read({ counts, measures: stored }: ServedWindow): Measures | undefined {
      return stored && fromStoredMeasures(stored, readCountsText(counts.requestsByPath));
    }

    it.each(['minute', 'hour', 'day'] as const)(
      'gives all sums of a %s, in all and by path',
      async (size) => {
        expect(read(await served(size, { requestsByPath }, measures))).toEqual(measures);
      },
    );

    it.each([
      ['bytes', { bytes: 0 }],
      ['durations', { durations: new Map([[5, 2]]), timedByPath: new Map(requestsByPath) }],
      ['visitors', { visitors: new Map([[3, 2]]) }],
    ])('gives %s alone where nothing is known of others', async (_what, known: Partial<Measures>) => {
      const only = { ...emptyMeasures(), ...known };
      expect(read(await served('minute', { requestsByPath }, only))).toEqual(only);
    });

    it('gives no measures where no entry had a fact', async () => {
      expect(await served('minute', { requestsByPath })).not.toHaveProperty('measures');
    });

    it('gives all sums of a window of any length', async () => {
      const paths = Array.from({ length: 4_000 }, (_, path) => `GET /a/path/of/usual/length/${path}`);
      const bytesByPath = new Map(paths.map((path, place) => [path, 1 + place ** 3]));
      const many = { ...measures, bytesByPath, durationMsByPath: bytesByPath, timedByPath: bytesByPath };
      const counts = { requestsByPath: new Map(paths.map((path, place) => [path, 1 + place])) };
      expect(read(await served('minute', counts, many))).toEqual(many);
    });

    it('gives the errors of each path, and those whose path was folded', async () => {
      const requestsByErrorPath = new Map([
        ['404 GET /', 1],
        ['503 GET /', 2],
        ['404 POST /é\u2028', 3],
      ]);
      const window = await served('hour', { requestsByPath, requestsByErrorPath });
      expect(readCountsText(window.counts.requestsByErrorPath)).toEqual(requestsByErrorPath);
      const paths = [...readCountsText(window.counts.requestsByPath).keys()];
      expect(window.errorsOfPaths).toEqual({
        404: [paths.indexOf('GET /'), 1, paths.indexOf('POST /é\u2028'), 3],
        503: [paths.indexOf('GET /'), 2],
      });
      const folded = new Map([...requestsByErrorPath, ['(other)', 5], ['404 GET /folded', 1]]);
      const day = await served('day', { requestsByPath, requestsByErrorPath: folded });
      expect(readCountsText(day.counts.requestsByErrorPath)).toEqual(folded);
      expect(day.errorsOfPaths).toEqual(window.errorsOfPaths);
    });
  });
}
