import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCountsText } from '../../lib/domain/counts-text.ts';
import { mapDimensions } from '../../lib/domain/dimensions.ts';
import { ServedSum } from '../../lib/domain/served-sum.ts';
import { findTimeZone, type TimeZone } from '../../lib/domain/time-zone.ts';
import type { WindowSize } from '../../lib/domain/window.ts';
import { UnreadableFormat } from '../../lib/errors.ts';
import { localWindows } from '../../lib/pipeline/query/local-windows.ts';
import type {
  CustomerTotals,
  CustomerTotalsRange,
  ServedWindow,
  WindowRange,
} from '../../lib/ports/window-reader.ts';
import { customer, windowStart } from '../factories.ts';
import type { WindowReaderFixture } from './window-reader/fixture.ts';
import { describePathAnswers } from './window-reader/path-answers.contract.ts';
import { describeWindowMeasures } from './window-reader/window-measures.contract.ts';

const axon = customer('cus-axon');
function zoneOf(name: string): TimeZone {
  const zone = findTimeZone(name);
  if (zone === undefined) throw new Error(`There is no zone ${name}.`);
  return zone;
}
const strangeNames = [
  'a',
  'A',
  'Aa',
  '%41',
  '.x',
  'x.',
  'con',
  'a%2fb',
  'cus-1',
  'X'.repeat(128),
  'Y'.repeat(127),
];
const at = (time: string) => windowStart(`2025-12-${time}:00Z`);

/** Tests the promises of every window reader, whatever its implementation. */
export function describeWindowReader(name: string, open: () => Promise<WindowReaderFixture>): void {
  describe(`the window reader ${name}`, () => {
    let fixture: WindowReaderFixture;

    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.close());

    const write = (windowSize: WindowSize, start: string, customerId = axon, paths = ['GET /']) =>
      fixture.write({ customerId, windowSize, windowStart: at(start), paths });

    async function read(range: Partial<WindowRange>, atOnce = 4): Promise<ServedWindow[]> {
      const found: ServedWindow[] = [];
      const asked = { customerId: axon, windowSize: 'minute', ...range } as const;
      const whole = { from: at('01T00:00'), to: at('31T00:00'), ...asked };
      for await (const window of fixture.reader.windows(whole, atOnce)) found.push(window);
      return found;
    }
    const count = (name: string, start: string, requestsByStatus: Record<number, number> = { 200: 1 }) =>
      fixture.count({ customerId: customer(name), windowStart: at(start), requestsByStatus });
    const startsOf = (windows: readonly ServedWindow[]) => windows.map((window) => window.windowStart);

    async function customersBy(limit: number): Promise<string[]> {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await fixture.reader.customers({ after, limit });
        expect(page.customers.length).toBeLessThanOrEqual(limit);
        expect(page.customers).toEqual(page.customers.toSorted());
        found.push(...page.customers);
        after = page.next;
      } while (after !== undefined);
      return found.toSorted();
    }

    describe('windows', () => {
      it('gives a window with its counts', async () => {
        await write('minute', '28T18:03', axon, ['GET /', 'GET /"a"', 'GET /é', '200']);
        const [window] = await read({});
        expect(window).toMatchObject({
          customerId: axon,
          windowStart: at('28T18:03'),
          requests: 4,
          batches: 1,
          revision: 1,
          lateRequests: 0,
          updatedAt: new Date('2025-12-31T00:00:00Z'),
        });
        if (window === undefined) return;
        const counts = mapDimensions((field) => readCountsText(window.counts[field]));
        expect(counts.requestsByPath).toEqual(
          new Map([
            ['200', 1],
            ['GET /', 1],
            ['GET /"a"', 1],
            ['GET /é', 1],
          ]),
        );
        expect(counts.requestsByUserAgent).toEqual(new Map([['curl', 4]]));
        expect(counts.requestsByStatus).toEqual(new Map());
      });

      it.each(['minute', 'hour', 'day'] as const)(
        'gives each %s that starts in the range, from the first one to before its end, in time order',
        async (windowSize) => {
          const starts = {
            minute: ['28T17:59', '28T18:00', '28T18:10', '28T19:02', '28T19:03'],
            hour: ['27T23:00', '28T00:00', '28T09:00', '29T00:00', '29T01:00'],
            day: ['09T00:00', '10T00:00', '11T00:00', '19T00:00', '20T00:00'],
          }[windowSize];
          for (const start of starts.toReversed()) await write(windowSize, start);
          const [, from = '', , , to = ''] = starts;
          const windows = await read({ windowSize, from: at(from), to: at(to) });
          expect(startsOf(windows)).toEqual(starts.slice(1, -1).map(at));
        },
      );

      it('gives only the hours and days that start after a range’s beginning, if that is within one', async () => {
        await write('hour', '28T18:00');
        await write('hour', '28T19:00');
        const windows = await read({ windowSize: 'hour', from: at('28T18:01'), to: at('28T19:01') });
        expect(startsOf(windows)).toEqual([at('28T19:00')]);
      });

      it('gives nothing in an empty range, nor in one without windows', async () => {
        await write('minute', '28T18:03');
        expect(await read({ from: at('28T18:03'), to: at('28T18:03') })).toEqual([]);
        expect(await read({ from: at('28T18:04'), to: at('29T00:00') })).toEqual([]);
      });

      it('continues after a window, even if that window does not exist', async () => {
        for (const start of ['28T18:03', '28T18:04', '28T18:06']) await write('minute', start);
        expect(startsOf(await read({ after: at('28T18:03') }))).toEqual([at('28T18:04'), at('28T18:06')]);
        expect(startsOf(await read({ after: at('28T18:05') }))).toEqual([at('28T18:06')]);
        expect(startsOf(await read({ after: at('28T18:06') }))).toEqual([]);
      });

      it('gives nothing of another size or another customer', async () => {
        await write('hour', '28T18:00');
        for (const other of ['cus-axo', 'cus-axon2', 'CUS-AXON', 'cus-axon.b']) {
          await write('minute', '28T18:03', customer(other));
        }
        expect(await read({})).toEqual([]);
      });

      it.each([1, 2, 16])('gives all of more windows than are read at once, by %i', async (atOnce) => {
        const starts = Array.from({ length: 7 }, (_, minute) => `28T18:0${minute}`);
        for (const start of starts) await write('minute', start);
        expect(startsOf(await read({}, atOnce))).toEqual(starts.map(at));
      });

      it('gives the counts of the dimensions that were asked for', async () => {
        await write('minute', '28T18:03', axon, ['GET /a', 'GET /b']);
        const [window] = await read({ fields: new Set(['requestsByUserAgent']) });
        expect(window?.requests).toBe(2);
        expect(window?.counts.requestsByPath.json.toString()).toBe('{}');
        expect(window?.counts.requestsByUserAgent.json.toString()).toBe('{"curl":2}');
      });

      it('gives the parts of local days and hours, however they are composed', async () => {
        await write('minute', '27T18:29', axon, ['GET /eve']);
        await write('minute', '27T18:30', axon, ['GET /a']);
        await write('hour', '27T19:00', axon, ['GET /a', 'GET /b']);
        await write('hour', '28T17:00', axon, ['GET /b']);
        await write('minute', '28T18:29', axon, ['GET /c']);
        await write('minute', '28T18:30', axon, ['GET /next']);
        await write('day', '30T00:00', axon, ['GET /d']);
        const local = async (zone: string, windowSize: 'hour' | 'day', from: string, to: string) => {
          const found: [start: string, requestsByPath: string][] = [];
          const range = { customerId: axon, windowSize, zone: zoneOf(zone), from: at(from), to: at(to) };
          const sum = () => new ServedSum({ maxKeysPerDimension: 10, maxKeyTextBytes: 1_000 });
          for await (const window of localWindows(range, fixture.reader, 4, sum)) {
            found.push([window.windowStart, window.counts.requestsByPath.json.toString()]);
          }
          return found;
        };
        expect(await local('Asia/Kolkata', 'day', '27T18:30', '28T18:30')).toEqual([
          [at('27T18:30'), '{"GET /a":2,"GET /b":2,"GET /c":1}'],
        ]);
        expect(await local('Europe/Berlin', 'day', '27T23:00', '28T23:00')).toEqual([
          [at('27T23:00'), '{"GET /b":1}'],
        ]);
        expect(await local('Asia/Kolkata', 'hour', '27T17:30', '27T19:30')).toEqual([
          [at('27T17:30'), '{"GET /eve":1}'],
          [at('27T18:30'), '{"GET /a":1}'],
        ]);
        expect(await local('Europe/London', 'day', '01T00:00', '31T00:00')).toEqual([
          [at('30T00:00'), '{"GET /d":1}'],
        ]);
      });

      it('gives what was written last', async () => {
        await write('minute', '28T18:03');
        await fixture.remove({ customerId: axon, windowSize: 'minute', windowStart: at('28T18:03') });
        expect(await read({})).toEqual([]);
        await write('minute', '28T18:03', axon, ['GET /a', 'GET /b']);
        expect((await read({})).map(({ requests }) => requests)).toEqual([2]);
      });

      it('fails if a window is damaged', async () => {
        await write('minute', '28T18:03');
        await fixture.damage({ customerId: axon, windowSize: 'minute', windowStart: at('28T18:03') });
        await expect(read({})).rejects.toThrow(UnreadableFormat);
      });
    });

    describeWindowMeasures(() => fixture);
    describePathAnswers(() => fixture);

    describe('customers', () => {
      it('has none if there are no windows', async () => {
        expect(await fixture.reader.customers({ after: undefined, limit: 10 })).toEqual({
          customers: [],
          next: undefined,
        });
      });

      it('lists each customer once, with any name and any page size', async () => {
        for (const name of strangeNames) {
          await count(name, '28T18:03');
          await count(name, '29T18:03');
        }
        for (const limit of [1, 3, strangeNames.length, 1_000]) {
          expect(await customersBy(limit)).toEqual(strangeNames.toSorted());
        }
      });

      it('lists a customer until its last window is removed', async () => {
        for (const name of ['cus-axon', 'Z'.repeat(128)]) {
          for (const start of ['28T18:03', '28T18:04']) {
            await count(name, start);
            expect(await customersBy(10)).toEqual([name]);
          }
          for (const start of ['28T18:03', '28T18:04']) {
            expect(await customersBy(10)).toEqual([name]);
            await fixture.uncount({ customerId: customer(name), windowStart: at(start) });
          }
          expect(await customersBy(10)).toEqual([]);
        }
      });
    });

    describe('the totals of customers', () => {
      const december = { from: at('01T00:00'), to: windowStart('2026-01-01T00:00:00Z') };
      async function totalsBy(limit: number, range: Partial<CustomerTotalsRange> = {}) {
        const found: CustomerTotals[] = [];
        let after: string | undefined;
        do {
          const page = await fixture.reader.customerTotals({
            ...december,
            sort: 'requests',
            customerId: undefined,
            ...range,
            after,
            limit,
          });
          expect(page.customers.length).toBeLessThanOrEqual(limit);
          found.push(...page.customers);
          after = page.next;
        } while (after !== undefined);
        return found;
      }
      const namesOf = (totals: readonly CustomerTotals[]) => totals.map(({ customerId }) => customerId);

      it('adds up the requests and errors of all days in the range, from its first to its last minute', async () => {
        await count('cus-axon', '27T23:59', { 200: 7 });
        await count('cus-axon', '28T18:03', { 200: 3, 399: 1, 400: 2, 404: 1, 503: 4 });
        await count('cus-axon', '28T09:00', { 302: 1 });
        await count('cus-axon', '29T00:00', {});
        await count('cus-axon', '30T00:00', { 500: 8 });
        const range = { from: at('28T00:00'), to: at('30T00:00') };
        const total = {
          customerId: axon,
          requests: 13,
          errors: 7,
          firstWindow: at('28T09:00'),
          lastWindow: at('29T00:00'),
        };
        expect(await totalsBy(10, range)).toEqual([total]);
        expect(await totalsBy(10, { ...range, sort: 'name' })).toEqual([total]);
        expect(await totalsBy(10, { ...range, customerId: axon })).toEqual([total]);
      });

      it('leaves out customers without requests in the range', async () => {
        await count('cus-axon', '28T18:03');
        await count('cus-b', '29T18:03');
        for (const sort of ['name', 'requests'] as const) {
          const range = { sort, from: at('29T00:00'), to: at('30T00:00') };
          expect(namesOf(await totalsBy(1, range))).toEqual(['cus-b']);
          expect(await totalsBy(1, { ...range, customerId: axon })).toEqual([]);
          expect(await totalsBy(1, { ...range, to: range.from })).toEqual([]);
        }
        expect(await totalsBy(1, { customerId: customer('cus-c') })).toEqual([]);
      });

      it('sorts by requests in the range, most first, and by name where these are equal, over all pages', async () => {
        await count('cus-b', '28T18:03', { 200: 2 });
        await count('Cus-a', '28T18:03', { 200: 2 });
        await count('cus-c', '28T18:03', { 200: 9 });
        await count('cus-b', '29T18:03', { 200: 100 });
        await count('cus-d', '28T18:03', { 200: 1 });
        await count('cus-a', '28T18:03', { 200: 2 });
        const range = { from: at('28T00:00'), to: at('29T00:00') };
        for (const limit of [1, 2, 3, 5, 100]) {
          expect(namesOf(await totalsBy(limit, range))).toEqual([
            'cus-c',
            'Cus-a',
            'cus-a',
            'cus-b',
            'cus-d',
          ]);
        }
        expect(namesOf(await totalsBy(1)).slice(0, 2)).toEqual(['cus-b', 'cus-c']);
      });

      it('gives each customer once in both orders, with any name and any page size', async () => {
        for (const name of strangeNames) await count(name, '28T18:03');
        for (const sort of ['name', 'requests'] as const) {
          for (const limit of [1, 3, strangeNames.length, 1_000]) {
            expect(namesOf(await totalsBy(limit, { sort })).toSorted()).toEqual(strangeNames.toSorted());
          }
        }
      });

      it('gives what was counted last, and nothing of what was removed', async () => {
        const totals = async () =>
          (await totalsBy(10)).map(({ requests, firstWindow, lastWindow }) => {
            return [requests, firstWindow, lastWindow];
          });
        await count('cus-axon', '28T18:03');
        expect(await totals()).toEqual([[1, at('28T18:03'), at('28T18:03')]]);
        await count('cus-axon', '28T18:01', { 200: 2 });
        await count('cus-axon', '28T17:59', { 200: 2 });
        expect(await totals()).toEqual([[5, at('28T17:59'), at('28T18:03')]]);
        await fixture.uncount({ customerId: axon, windowStart: at('28T17:59') });
        expect(await totals()).toEqual([[3, at('28T18:01'), at('28T18:03')]]);
        await fixture.uncount({ customerId: axon, windowStart: at('28T18:03') });
        expect(await totals()).toEqual([[2, at('28T18:01'), at('28T18:01')]]);
        await fixture.uncount({ customerId: axon, windowStart: at('28T18:01') });
        expect(await totals()).toEqual([]);
      });
    });
  });
}
