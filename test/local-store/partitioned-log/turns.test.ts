import { open } from 'lmdb';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionKeyOf } from '../../../lib/domain/partial.ts';
import type { StreamRecord } from '../../../lib/ports/event-stream.ts';
import type { Consumer, LocalStream, TakeLimits } from '../../../local-store/local-stream.ts';
import { customer, windowStart } from '../../factories.ts';
import { aggregate, everything, openSingle, temporaryDirectory, texts } from '../temporary-log.ts';
import { propertyRuns } from '../../property-runs.ts';

const audit: Consumer = { name: 'audit', startingPosition: 'TRIM_HORIZON' };

/** Creates a record for each minute from `from` on, with the customer and the minute as its data. */
function minutes(name: string, from: number, count: number): StreamRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const minute = from + index;
    const time = new Date(Date.UTC(2025, 11, 28, 0, minute)).toISOString().slice(0, 16);
    const partitionKey = partitionKeyOf(customer(name), windowStart(`${time}:00Z`));
    return { partitionKey, data: Buffer.from(`${name} ${minute}`) };
  });
}

function take(stream: LocalStream, limits: Partial<TakeLimits> = {}) {
  return stream.take(aggregate.name, 0, { ...everything, ...limits });
}

async function finish(stream: LocalStream, records: readonly { readonly sequence: number }[]) {
  await stream.finish(
    aggregate.name,
    0,
    records.map(({ sequence }) => sequence),
  );
}

describe('what a consumer takes', () => {
  it('has the new record of a customer, however much another one has waiting before it', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put(minutes('flood', 0, 5_000));
    await stream.put(minutes('other', 0, 1));
    const { records, isFull } = take(stream, { maxWindows: 64, maxRecords: 500 });
    expect(texts(records)).toContain('other 0');
    expect(isFull).toBe(true);
    // It also has few other records for which the other one would have to wait.
    expect(records).toHaveLength(17);
    expect(texts(records).slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, minute) => `flood ${minute}`));
  });

  it('is as much as the limits allow if only one customer waits', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put(minutes('flood', 0, 100));
    const first = take(stream, { maxWindows: 64 });
    expect([first.records.length, first.isFull]).toEqual([64, true]);
    await finish(stream, first.records);
    const second = take(stream, { maxWindows: 64 });
    expect([second.records.length, second.isFull]).toEqual([36, false]);
  });

  it('is counted by windows: many records of one window come together', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    for (let put = 0; put < 30; put += 1) await stream.put(minutes('flood', 0, 2));
    expect(take(stream, { maxWindows: 2 }).records).toHaveLength(60);
  });

  it('continues with those who got nothing the last time', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    for (let name = 0; name < 10; name += 1) await stream.put(minutes(`customer-${name}`, 0, 3));
    const seen: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const { records } = take(stream, { maxRecords: 4 });
      seen.push(...texts(records).map((text) => text.split(' ')[0] ?? ''));
      await finish(stream, records);
    }
    const counts = Array.from({ length: 10 }, (_, name) => {
      return seen.filter((customerName) => customerName === `customer-${name}`).length;
    });
    expect(counts).toEqual(Array(10).fill(2));
  });

  it('has nothing of a customer whose taken records are not done, so that its records stay in order', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put(minutes('a', 0, 3));
    const first = take(stream, { maxRecords: 1 });
    await stream.put(minutes('b', 0, 1));
    expect(texts(take(stream).records)).toEqual(['b 0']);
    await finish(stream, first.records);
    expect(texts(take(stream).records)).toEqual(['a 1', 'a 2']);
  });

  it('comes again once it is released', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put(minutes('a', 0, 2));
    const { records } = take(stream);
    expect(take(stream).records).toEqual([]);
    stream.release(
      aggregate.name,
      0,
      records.map(({ sequence }) => sequence),
    );
    expect(texts(take(stream).records)).toEqual(['a 0', 'a 1']);
  });

  it('has every record once and each customer’s in order, whenever records are put, taken and finished', async () => {
    const step = fc.oneof(
      fc.record({ put: fc.constantFrom('a', 'b', 'c'), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ maxRecords: fc.integer({ min: 1, max: 4 }), maxWindows: fc.integer({ min: 1, max: 4 }) }),
      fc.constant('finish' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { log, stream } = await openSingle(await temporaryDirectory());
        const put = new Map<string, string[]>();
        const finished = new Map<string, string[]>();
        let taken: ReturnType<typeof take>['records'] = [];
        const finishTaken = async () => {
          await finish(stream, taken);
          for (const text of texts(taken)) {
            const name = text.split(' ')[0] ?? '';
            finished.set(name, [...(finished.get(name) ?? []), text]);
          }
          taken = [];
        };
        const takeMore = (limits: Partial<TakeLimits>) =>
          (taken = [...taken, ...take(stream, limits).records]);
        for (const next of steps) {
          if (next === 'finish') await finishTaken();
          else if ('put' in next) {
            const before = put.get(next.put) ?? [];
            const records = minutes(next.put, before.length, next.count);
            put.set(next.put, [...before, ...records.map(({ data }) => Buffer.from(data).toString())]);
            await stream.put(records);
          } else takeMore(next);
        }
        while (taken.length > 0 || takeMore({}).length > 0) await finishTaken();
        expect(finished).toEqual(put);
        expect(await stream.backlog()).toEqual({ records: 0, oldestPutAt: undefined });
        await log.close();
      }),
      { numRuns: propertyRuns(60) },
    );
  });
});

describe('records that are done before others that come earlier', () => {
  it('are gone for good, also after the log was opened again, and the others are not', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory);
    await before.stream.put([
      ...minutes('flood', 0, 3),
      ...minutes('other', 0, 1),
      ...minutes('flood', 3, 1),
    ]);
    const { records } = take(before.stream);
    await finish(
      before.stream,
      records.filter((record) => record.data.toString().startsWith('other')),
    );
    expect(before.stream.position(aggregate.name, 0)).toBe(0);
    await before.log.close();

    const { stream } = await openSingle(directory);
    expect(await stream.backlogOf(customer('other'))).toMatchObject({ records: 0 });
    expect(texts(take(stream).records)).toEqual(['flood 0', 'flood 1', 'flood 2', 'flood 3']);
  });

  it('do not have their numbers given again, though they were the last', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory);
    await before.stream.put([...minutes('flood', 0, 2), ...minutes('other', 0, 3)]);
    const others = take(before.stream).records.filter(({ sequence }) => sequence > 2);
    await finish(before.stream, others);
    await before.log.close();

    const { stream } = await openSingle(directory);
    await stream.put(minutes('other', 3, 1));
    expect(take(stream).records.map(({ sequence }) => sequence)).toEqual([1, 2, 6]);
  });

  it('are kept for the other consumers of a stream, and only for them', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory, [aggregate, audit]);
    await before.stream.put([...minutes('flood', 0, 2), ...minutes('other', 0, 2)]);
    const others = take(before.stream).records.filter(({ sequence }) => sequence > 2);
    await finish(before.stream, others);
    before.stream.take(audit.name, 0, everything);
    await before.stream.finish(audit.name, 0, [4]);
    expect((await before.stream.backlog()).records).toBe(3);
    await before.log.close();

    const { log, stream } = await openSingle(directory, [aggregate, audit]);
    expect((await stream.backlog()).records).toBe(3);
    const ofAggregate = take(stream).records;
    const ofAudit = stream.take(audit.name, 0, everything).records;
    expect([texts(ofAggregate), texts(ofAudit)]).toEqual([
      ['flood 0', 'flood 1'],
      ['flood 0', 'flood 1', 'other 0'],
    ]);
    await finish(stream, ofAggregate);
    await stream.finish(
      audit.name,
      0,
      ofAudit.map(({ sequence }) => sequence),
    );
    expect(await stream.backlog()).toEqual({ records: 0, oldestPutAt: undefined });
    await log.close();
    expect(await tableSizes(directory)).toEqual({ records: 0, marks: 0 });
  });

  it('are not kept for a consumer that is gone', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory, [aggregate, audit]);
    await before.stream.put([...minutes('flood', 0, 1), ...minutes('other', 0, 1)]);
    await finish(before.stream, take(before.stream).records.slice(1));
    await before.log.close();
    const { log, stream } = await openSingle(directory);
    expect((await stream.backlog()).records).toBe(1);
    await finish(stream, take(stream).records);
    await log.close();
    expect((await tableSizes(directory)).records).toBe(0);
  });
});

async function tableSizes(directory: string): Promise<{ records: number; marks: number }> {
  const environment = open({ path: directory, overlappingSync: false, maxDbs: 10 });
  const records = environment.openDB({ name: 'records/insights', encoding: 'binary' }).getKeysCount();
  const marks = environment.openDB({ name: 'done', encoding: 'json' }).getKeysCount();
  await environment.close();
  return { records, marks };
}
