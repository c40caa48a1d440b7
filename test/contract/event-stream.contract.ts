import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import type { Clock } from '../../lib/ports/clock.ts';
import { partitionKeyOf } from '../../lib/domain/partial.ts';
import type { WindowStart } from '../../lib/domain/window.ts';
import { maxRecordBytes, type EventStream, type StreamRecord } from '../../lib/ports/event-stream.ts';

import { customer, windowStart } from '../factories.ts';

/** A record as a consumer got it. */
export interface ConsumedRecord extends StreamRecord {
  /** Records of one partition are in order. */
  readonly partition: string;
}

/** A stream under test, together with its consumer: the port has no verb for reading. */
export interface EventStreamFixture {
  readonly stream: EventStream;
  /** True if it knows how much waits. */
  readonly tellsBacklog: boolean;
  /** True if it knows this of each customer; as `tellsBacklog` if it is absent. */
  readonly tellsCustomersApart?: boolean;
  /** True if it dates puts by a clock of its own. */
  readonly hasOwnTime?: boolean;
  /** Consumes and returns everything that was put and not yet consumed. */
  consume(): Promise<readonly ConsumedRecord[]>;
  close(): Promise<void>;
}

const start = Date.UTC(2025, 11, 28, 18, 3);

function record(partitionKey: string, text: string): StreamRecord {
  return { partitionKey, data: Buffer.from(text) };
}

/** Creates a record as `emit` puts it, of a minute on that day. */
function partial(name: string, time: string, entries: number): StreamRecord {
  return { ...record(partitionKeyOf(customer(name), minute(time)), `${name} ${time}`), entries };
}

function minute(time: string): WindowStart {
  return windowStart(`2025-12-28T${time}:00Z`);
}

function textOf({ data }: StreamRecord): string {
  return Buffer.from(data).toString();
}

/** Returns a check that an instant is between this one and now. */
function isWithin(from: number): (instant: Date) => boolean {
  return (instant) => instant.getTime() >= from && instant.getTime() <= Date.now();
}

/** Tests the promises of every event stream, whatever its implementation. */
export function describeEventStream(name: string, open: (clock: Clock) => Promise<EventStreamFixture>): void {
  describe(`the event stream ${name}`, () => {
    let now = start;
    let fixture: EventStreamFixture;

    beforeEach(async () => {
      now = start;
      fixture = await open({ now: () => new Date(now) });
    });
    afterEach(() => fixture.close());

    it('delivers what was put, with its key and its bytes', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await fixture.stream.put([{ partitionKey: 'kunde-Ä/2025', data: bytes }]);
      const consumed = await fixture.consume();
      expect(consumed.map(({ partitionKey }) => partitionKey)).toEqual(['kunde-Ä/2025']);
      expect(Buffer.from(consumed[0]?.data ?? [])).toEqual(Buffer.from(bytes));
    });

    it('delivers the records of one key in the order of the puts, also within one put', async () => {
      await fixture.stream.put([record('a', '1'), record('b', '1'), record('a', '2')]);
      await fixture.stream.put([record('b', '2'), record('a', '3')]);
      const consumed = await fixture.consume();
      for (const [key, texts] of [
        ['a', ['1', '2', '3']],
        ['b', ['1', '2']],
      ] as const) {
        expect(consumed.filter(({ partitionKey }) => partitionKey === key).map(textOf)).toEqual(texts);
      }
    });

    it('keeps each key in one partition', async () => {
      const keys = Array.from({ length: 40 }, (_, number) => `customer-${number}`);
      const partitions = new Map<string, Set<string>>();
      for (let round = 0; round < 3; round += 1) {
        await fixture.stream.put(keys.map((key) => record(key, String(round))));
        for (const { partitionKey, partition } of await fixture.consume()) {
          partitions.set(partitionKey, (partitions.get(partitionKey) ?? new Set()).add(partition));
        }
      }
      expect([...partitions.keys()].toSorted()).toEqual(keys.toSorted());
      expect([...partitions.values()].every(({ size }) => size === 1)).toBe(true);
    });

    it('delivers every record of puts that run at the same time', async () => {
      const texts = Array.from({ length: 200 }, (_, number) => `record-${number}`);
      await Promise.all(
        texts.map((text, number) => fixture.stream.put([record(`key-${number % 13}`, text)])),
      );
      const consumed = await fixture.consume();
      expect(consumed.map(textOf).toSorted()).toEqual(texts.toSorted());
    });

    it('keeps the bytes as they were when they were put', async () => {
      const data = Buffer.from('before');
      const put = fixture.stream.put([{ partitionKey: 'a', data }]);
      data.write('after!');
      await put;
      expect((await fixture.consume()).map(textOf)).toEqual(['before']);
    });

    it('takes an empty put and an empty record', async () => {
      await fixture.stream.put([]);
      await fixture.stream.put([record('a', '')]);
      expect((await fixture.consume()).map(textOf)).toEqual(['']);
    });

    it('takes a record of exactly the largest size, and a key of 256 characters', async () => {
      await fixture.stream.put([{ partitionKey: 'ab', data: Buffer.alloc(maxRecordBytes - 2, 1) }]);
      await fixture.stream.put([record('k'.repeat(256), 'x')]);
      const lengths = (await fixture.consume()).map(({ data }) => data.byteLength);
      expect(lengths.toSorted((a, b) => a - b)).toEqual([1, maxRecordBytes - 2]);
    });

    it.each([
      ['a record that is one byte too large', { partitionKey: 'ab', data: Buffer.alloc(maxRecordBytes - 1) }],
      ['a key whose bytes make it too large', { partitionKey: 'Ä', data: Buffer.alloc(maxRecordBytes - 1) }],
      ['a record without a key', record('', 'x')],
      ['a key of 257 characters', record('k'.repeat(257), 'x')],
    ])('refuses %s, and puts nothing of that call', async (_, refused) => {
      await expect(fixture.stream.put([record('fine', 'x'), refused])).rejects.toThrow(RangeError);
      expect(await fixture.consume()).toEqual([]);
    });

    it('counts the records that are not consumed and reports when the oldest was put, or reports that it cannot', async () => {
      if (!fixture.tellsBacklog) {
        expect(await fixture.stream.backlog()).toBeUndefined();
        return;
      }
      const begunAt = Date.now();
      const at = (instant: number): unknown =>
        fixture.hasOwnTime === true ? expect.toSatisfy(isWithin(begunAt)) : new Date(instant);
      expect(await fixture.stream.backlog()).toEqual({ records: 0, oldestPutAt: undefined });
      await fixture.stream.put([record('a', '1'), record('b', '1')]);
      now += 5_000;
      await fixture.stream.put([record('a', '2')]);
      expect(await fixture.stream.backlog()).toEqual({ records: 3, oldestPutAt: at(start) });
      await fixture.consume();
      expect(await fixture.stream.backlog()).toEqual({ records: 0, oldestPutAt: undefined });
      await fixture.stream.put([record('b', '2')]);
      expect(await fixture.stream.backlog()).toEqual({ records: 1, oldestPutAt: at(start + 5_000) });
    });

    it('says that it cannot tell customers apart, where it cannot', async () => {
      await fixture.stream.put([partial('cus-a', '18:03', 1)]);
      const backlog = await fixture.stream.backlogOf(customer('cus-a'));
      expect(backlog !== undefined).toBe(fixture.tellsCustomersApart ?? fixture.tellsBacklog);
    });

    describe('the backlog of a customer', () => {
      const backlogOf = async (name: string, context: TestContext) => {
        const backlog = await fixture.stream.backlogOf(customer(name));
        return backlog ?? context.skip('The stream cannot tell customers apart.');
      };

      it('counts the waiting records and entries of this customer only', async (context) => {
        await fixture.stream.put([partial('cus-a', '18:03', 5), partial('cus-b', '18:03', 70)]);
        await fixture.stream.put([partial('cus-a', '18:04', 11)]);
        expect(await backlogOf('cus-a', context)).toMatchObject({ records: 2, entries: 16 });
        expect(await backlogOf('cus-b', context)).toMatchObject({ records: 1, entries: 70 });
        expect(await backlogOf('cus', context)).toMatchObject({ records: 0, entries: 0 });
        await fixture.consume();
        expect(await backlogOf('cus-a', context)).toMatchObject({ records: 0, entries: 0 });
      });

      it('has as many records as the backlog of all counts for this customer', async (context) => {
        await backlogOf('cus-a', context); // skips before a put is under way
        const recordsOf = async (name: string) => [
          (await fixture.stream.backlog(customer(name)))?.ownRecords,
          (await backlogOf(name, context)).records,
        ];
        await fixture.stream.put([partial('cus-a', '18:03', 5), partial('cus-b', '18:03', 70)]);
        const put = fixture.stream.put([partial('cus-a', '18:04', 11)]);
        expect(await recordsOf('cus-a')).toEqual([2, 2]);
        await put;
        expect(await recordsOf('cus-a')).toEqual([2, 2]);
        expect(await recordsOf('cus-b')).toEqual([1, 1]);
        expect(await recordsOf('cus-c')).toEqual([0, 0]);
        await fixture.consume();
        expect(await recordsOf('cus-a')).toEqual([0, 0]);
      });

      it('does not know its entries if a record does not give their number', async (context) => {
        const { entries: _, ...unsaid } = partial('cus-a', '18:03', 5);
        await fixture.stream.put([unsaid, partial('cus-a', '18:04', 5)]);
        expect(await backlogOf('cus-a', context)).toMatchObject({ records: 2, entries: undefined });
      });

      it('reports which windows wait', async (context) => {
        await fixture.stream.put([
          partial('cus-a', '18:05', 1),
          partial('cus-a', '18:03', 1),
          partial('cus-b', '18:04', 1),
        ]);
        const backlog = await backlogOf('cus-a', context);
        const within = (from: string, to: string) => backlog.waitsWithin(minute(from), minute(to));
        expect([within('18:03', '18:04'), within('18:05', '18:06'), within('17:00', '19:00')]).toEqual([
          true,
          true,
          true,
        ]);
        expect([within('18:04', '18:05'), within('17:00', '18:03'), within('18:06', '19:00')]).toEqual([
          false,
          false,
          false,
        ]);
      });

      it('counts a record whose window is not known as waiting for every window', async (context) => {
        await fixture.stream.put([{ ...record('cus-a', 'x'), entries: 1 }]);
        const backlog = await backlogOf('cus-a', context);
        expect(backlog.waitsWithin(minute('18:03'), minute('18:04'))).toBe(true);
      });

      it('includes what a put under way will add', async (context) => {
        expect(await backlogOf('cus-a', context)).toMatchObject({ records: 0, entries: 0 });
        const put = fixture.stream.put([partial('cus-a', '18:03', 5)]);
        now += 30_000;
        const underWay = await backlogOf('cus-a', context);
        expect(underWay).toMatchObject({ records: 1, entries: 5, consumedThrough: new Date(start) });
        expect(underWay.waitsWithin(minute('18:03'), minute('18:04'))).toBe(true);
        await put;
        expect(await backlogOf('cus-a', context)).toMatchObject({ records: 1, entries: 5 });
      });

      it('stays as it was when it was asked for', async (context) => {
        await fixture.stream.put([partial('cus-a', '18:03', 5)]);
        const before = await backlogOf('cus-a', context);
        await fixture.consume();
        await fixture.stream.put([partial('cus-a', '19:00', 7)]);
        expect(before).toMatchObject({ records: 1, entries: 5 });
        expect(before.waitsWithin(minute('18:03'), minute('18:04'))).toBe(true);
        expect(before.waitsWithin(minute('19:00'), minute('19:01'))).toBe(false);
      });

      it('is consumed through the oldest of the customer’s own waiting puts, whatever waits for others', async (context) => {
        await fixture.stream.put([partial('cus-b', '18:03', 1)]);
        now += 60_000;
        await fixture.stream.put([partial('cus-a', '18:03', 1)]);
        now += 60_000;
        expect(await backlogOf('cus-a', context)).toMatchObject({
          consumedThrough: new Date(start + 60_000),
        });
        expect(await backlogOf('cus-b', context)).toMatchObject({ consumedThrough: new Date(start) });
        expect(await backlogOf('cus-c', context)).toMatchObject({
          consumedThrough: new Date(start + 120_000),
        });
      });

      it('is consumed through no instant if the clock was set back behind a put of it that waits', async (context) => {
        await fixture.stream.put([partial('cus-a', '18:03', 1)]);
        now -= 3_600_000;
        expect(await backlogOf('cus-a', context)).toMatchObject({ consumedThrough: undefined });
        expect(await backlogOf('cus-b', context)).toMatchObject({ consumedThrough: new Date(now) });
      });
    });

    describe('consumed through', () => {
      /** Returns the instant; if the stream does not know it now, it is before everything. */
      const consumedThrough = async () => (await fixture.stream.consumedThrough())?.getTime() ?? -Infinity;

      it('is not later than now where nothing was put', async () => {
        expect(await consumedThrough()).toBeLessThanOrEqual(start);
      });

      it('is not past the oldest put that waits, however long it does', async () => {
        await fixture.stream.put([record('a', '1')]);
        for (const seconds of [1, 600]) {
          now += seconds * 1_000;
          await fixture.stream.put([record('b', '2')]);
          expect(await consumedThrough()).toBeLessThanOrEqual(start);
        }
      });

      it('is past what was consumed, as soon as it is known', async () => {
        await fixture.stream.put([record('a', '1')]);
        await fixture.consume();
        now += 600_000;
        expect(await consumedThrough()).toBeGreaterThan(start);
        await fixture.stream.put([record('a', '2')]);
        expect(await consumedThrough()).toBeLessThanOrEqual(now);
      });

      it('is not past a put that is under way', async () => {
        const put = fixture.stream.put([record('a', '1')]);
        now += 30_000;
        expect(await consumedThrough()).toBeLessThanOrEqual(start);
        await put;
        expect(await consumedThrough()).toBeLessThanOrEqual(start);
      });

      it('is not past what waits where the clock was set back', async () => {
        now = start + 3_600_000;
        await fixture.stream.put([record('a', '1')]);
        now = start + 60_000;
        expect(await consumedThrough()).toBeLessThanOrEqual(start);
        await fixture.stream.put([record('b', '2')]);
        now += 60_000;
        expect(await consumedThrough()).toBeLessThanOrEqual(start + 60_000);
      });
    });
  });
}
