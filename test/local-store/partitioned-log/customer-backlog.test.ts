import { setImmediate } from 'node:timers/promises';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { partitionKeyOf } from '../../../lib/domain/partial.ts';
import type { StreamRecord } from '../../../lib/ports/event-stream.ts';
import type { Consumer } from '../../../local-store/local-stream.ts';
import { customer, windowStart } from '../../factories.ts';
import { SetClock } from '../queues/queue-fixture.ts';
import { openLog, readAll, temporaryDirectory } from '../temporary-log.ts';

const aggregate: Consumer = { name: 'aggregate', startingPosition: 'TRIM_HORIZON' };
const hour = 3_600;

async function openStream(directory: string, clock = new SetClock(), partitionCount = 4) {
  const log = await openLog(directory, clock);
  return { log, stream: await log.stream('insights', { partitionCount, consumers: [aggregate] }) };
}

function partial(name: string, time: string, entries?: number): StreamRecord {
  const partitionKey = partitionKeyOf(customer(name), windowStart(`2025-12-28T${time}:00Z`));
  return { partitionKey, data: Buffer.from('x'), entries };
}

const minute = (time: string) => windowStart(`2025-12-28T${time}:00Z`);

describe('the backlog of a customer, after the log was opened again', () => {
  it('is the same: records, entries, windows and the time since which they wait', async () => {
    const clock = new SetClock();
    const directory = await temporaryDirectory();
    const before = await openStream(directory, clock);
    const putAt = clock.now();
    await before.stream.put([partial('cus-a', '18:03', 5), partial('cus-a', '18:04', 6)]);
    clock.advance(60);
    await before.stream.put([partial('cus-b', '18:03', 7)]);
    await before.log.close();
    clock.advance(hour);

    const { stream } = await openStream(directory, clock);
    const backlog = await stream.backlogOf(customer('cus-a'));
    expect(backlog).toMatchObject({ records: 2, entries: 11, consumedThrough: putAt });
    expect(backlog?.waitsWithin(minute('18:04'), minute('18:05'))).toBe(true);
    expect(backlog?.waitsWithin(minute('18:05'), minute('19:00'))).toBe(false);
    expect(await stream.backlogOf(customer('cus-c'))).toMatchObject({
      records: 0,
      entries: 0,
      consumedThrough: clock.now(),
    });
    expect(await stream.consumedThrough()).toEqual(putAt);
  });

  it('knows no instant while records wait that were put before the clock was set back in the previous run', async () => {
    const clock = new SetClock();
    const directory = await temporaryDirectory();
    const before = await openStream(directory, clock, 1);
    await before.stream.put([partial('cus-a', '18:03', 5)]);
    clock.advance(-hour);
    const setBackTo = clock.now();
    await before.stream.put([partial('cus-b', '18:03', 5)]);
    await before.log.close();
    clock.advance(2 * hour);

    const { stream } = await openStream(directory, clock, 1);
    expect(await stream.backlogOf(customer('cus-a'))).toMatchObject({ consumedThrough: undefined });
    expect(await stream.backlogOf(customer('cus-b'))).toMatchObject({ consumedThrough: setBackTo });
  });

  it('knows no instant while records wait that were put later than now', async () => {
    const clock = new SetClock();
    const directory = await temporaryDirectory();
    const before = await openStream(directory, clock);
    await before.stream.put([partial('cus-a', '18:03', 5)]);
    await before.log.close();
    clock.advance(-hour);

    const { stream } = await openStream(directory, clock);
    clock.advance(2 * hour);
    expect(await stream.backlogOf(customer('cus-a'))).toMatchObject({ consumedThrough: undefined });
  });
});

describe('a put of many records', () => {
  it('counts from the instant at which it began, whatever its progress, and only for its customer', async () => {
    const clock = new SetClock();
    const { stream } = await openStream(await temporaryDirectory(), clock);
    const records = Array.from({ length: 3_000 }, (_, index) =>
      partial('cus-a', '18:03', index === 0 ? 1 : 2),
    );
    const begunAt = clock.now();
    const state = { isOver: false };
    const put = stream.put(records).finally(() => (state.isOver = true));
    clock.advance(60);
    while (!state.isOver) {
      expect(await stream.backlogOf(customer('cus-a'))).toMatchObject({ consumedThrough: begunAt });
      expect(await stream.backlogOf(customer('cus-b'))).toMatchObject({ consumedThrough: clock.now() });
      expect(await stream.consumedThrough()).toEqual(begunAt);
      await setImmediate();
    }
    await put;
    expect(await stream.backlogOf(customer('cus-a'))).toMatchObject({ records: 3_000, entries: 5_999 });
  });

  it('keeps the bytes as they were when it began', async () => {
    const { stream } = await openStream(await temporaryDirectory(), new SetClock(), 1);
    const data = Buffer.from('before');
    const put = stream.put(Array.from({ length: 1_200 }, () => ({ ...partial('cus-a', '18:03'), data })));
    data.write('after!');
    await put;
    const kept = readAll(stream, 0).map((record) => record.data.toString());
    expect([kept.length, new Set(kept)]).toEqual([1_200, new Set(['before'])]);
  });
});

describe('a log that the version before wrote', () => {
  /** Writes format 1, byte for byte: records without entries and without gaps, and a checkpoint. */
  async function writeFormat1(directory: string): Promise<void> {
    const environment = open({ path: directory, overlappingSync: false, maxDbs: 10 });
    await environment.openDB({ name: 'format', encoding: 'json' }).put('version', 1);
    const records = environment.openDB({ name: 'records/insights', encoding: 'binary' });
    const key = Buffer.from('cus-a/2025-12-28T18:03:00Z').toString('hex');
    const envelope = Buffer.from(`014279b6620bd1a000001a${key}78797a`, 'hex');
    for (const sequence of [2, 3]) await records.put([0, sequence], envelope);
    const checkpoints = environment.openDB({ name: 'checkpoints', encoding: 'json' });
    await checkpoints.put(['insights', 'aggregate', 0], 2);
    await environment.close();
  }

  it('is read: what waits is known, except for the number of entries', async () => {
    const directory = await temporaryDirectory();
    await writeFormat1(directory);
    const { stream } = await openStream(directory, new SetClock(), 1);
    expect(stream.position('aggregate', 0)).toBe(2);
    const backlog = await stream.backlogOf(customer('cus-a'));
    expect(backlog).toMatchObject({ records: 1, entries: undefined });
    expect(backlog?.waitsWithin(minute('18:03'), minute('18:04'))).toBe(true);
    const [record] = stream.read(0, 2, { maxRecords: 10, maxBytes: 1_000 });
    expect(record).toMatchObject({ sequence: 3, partitionKey: 'cus-a/2025-12-28T18:03:00Z' });
    expect(record?.data.toString()).toBe('xyz');
  });

  it('is then refused by the previous version, because its records may have gaps', async () => {
    const directory = await temporaryDirectory();
    await writeFormat1(directory);
    const { log } = await openStream(directory, new SetClock(), 1);
    await log.close();
    const environment = open({ path: directory, overlappingSync: false, maxDbs: 10 });
    const version: unknown = environment.openDB({ name: 'format', encoding: 'json' }).get('version');
    await environment.close();
    expect(version).toBe(2);
  });
});
