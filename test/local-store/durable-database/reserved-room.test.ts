import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { randomNumbers } from '../../../traffic/seeded-order.ts';
import { openDurableDatabase, type DurableDatabase } from '../../../local-store/durable-database.ts';
import { GroupCommit } from '../../../local-store/durable-database/group-commit.ts';
import { ReservedRoom, roomFor } from '../../../local-store/durable-database/reserved-room.ts';
import { transactOn } from '../../../local-store/durable-database/transaction.ts';
import { partitionedLogIn } from '../../../local-store/partitioned-log.ts';
import { openQueues } from '../../../local-store/queues.ts';
import { clock, everything, temporaryDirectory } from '../temporary-log.ts';

const mebibyte = 1024 * 1024;
const seed = 7;

/** Bytes that any commit copies on the way to its places, as in the module. */
const pathBytes = 32 * 4096;

function usedBytes({ environment }: Pick<DurableDatabase, 'environment'>): number {
  const { lastPageNumber, pageSize } = environment.getStats() as { lastPageNumber: number; pageSize: number };
  return (lastPageNumber + 1) * pageSize;
}

async function openDatabase(): Promise<DurableDatabase & { readonly file: string }> {
  const directory = await temporaryDirectory();
  const database = await openDurableDatabase(directory);
  onTestFinished(() => database.close());
  return { ...database, file: join(directory, 'data.mdb') };
}

describe('the room of a database', () => {
  it('is there before anything is written', async () => {
    const { file, environment } = await openDatabase();
    expect((await stat(file)).size).toBeGreaterThanOrEqual(usedBytes({ environment }) + mebibyte);
  });

  it('is never less than a commit takes, for any work of streams and queues', async () => {
    const { environment, file } = await openDatabase();
    const reserved = await ReservedRoom.open(file, () => usedBytes({ environment }));
    onTestFinished(() => reserved.close());
    const transact = transactOn(environment, reserved);
    const commits = new GroupCommit(async (write, room) => {
      const before = usedBytes({ environment });
      await transact(write, room);
      expect(usedBytes({ environment }) - before).toBeLessThanOrEqual(room + pathBytes);
    });
    const streams = partitionedLogIn({ environment, commits, close: async () => {} }, { clock });
    const consumers = [{ name: 'consumer', startingPosition: 'TRIM_HORIZON' as const }];
    const stream = await streams.stream('insights', { partitionCount: 8, consumers });
    const settings = { name: 'verify', delaySeconds: 0, visibilityTimeoutSeconds: 0, deadLetters: undefined };
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const queues = openQueues({ environment, commits, close: async () => {} }, [settings], { clock, logger });
    const queue = queues.queue('verify');
    // While somebody looks at old data, no page is reused.
    const snapshot = environment.useReadTransaction();
    onTestFinished(() => snapshot.done());

    const random = randomNumbers(seed);
    // 2,000 bytes leave half of a page unused; 2,100 take one page and a place in another.
    const sizes = [1, 100, 1_300, 2_000, 2_100, 4_100, 50_000];
    const pick = () => sizes[Math.floor(random() * sizes.length)] ?? 1;
    for (let round = 0; round < 150; round++) {
      const records = Array.from({ length: 1 + Math.floor(random() * 60) }, () => ({
        partitionKey: `key-${Math.floor(random() * 40)}`,
        data: Buffer.alloc(pick()),
      }));
      await stream.put(records);
      await queue.send('x'.repeat(pick()));
      if (round % 10 !== 9) continue;
      for (const partition of stream.partitions()) {
        const { records } = stream.take('consumer', partition, everything);
        const taken = records.map(({ sequence }) => sequence);
        // Records are removed here and there, as customers in turn leave gaps.
        await stream.finish(
          'consumer',
          partition,
          taken.filter(() => random() < 0.2),
        );
        stream.release('consumer', partition, taken);
      }
      const limits = { maxMessages: 1_000, maxBytes: 100 * mebibyte, bytesOf: (body: string) => body.length };
      await queue.delete((await queue.receive(limits)).slice(0, 5));
    }
    expect(usedBytes({ environment })).toBeGreaterThan(20 * mebibyte);
    // lmdb has written nothing beyond: the file has only grown by whole steps.
    expect((await stat(file)).size % mebibyte).toBe(0);
  });

  it('is enough to list all the pages that there are, should a commit free them', async () => {
    const file = join(await temporaryDirectory(), 'data.mdb');
    const used = 4_096 * mebibyte;
    await writeFile(file, '');
    await truncate(file, used + 8 * mebibyte); // takes no space on the disk
    const reserved = await ReservedRoom.open(file, () => used);
    onTestFinished(() => reserved.close());
    expect(reserved.take(0)).toBe(false);
    await reserved.extend(0);
    expect(reserved.take(0)).toBe(true);
    expect((await stat(file)).size).toBeGreaterThanOrEqual(used + (used / 4_096) * 8);
  });

  it('is reserved behind the pages of a commit that took more than it had asked for', async () => {
    const { environment, file } = await openDatabase();
    const reserved = await ReservedRoom.open(file, () => usedBytes({ environment }));
    onTestFinished(() => reserved.close());
    const table = environment.openDB<Buffer, string>('table', { encoding: 'binary' });
    const value = Buffer.alloc(5 * mebibyte, 'x');
    await table.put('key', value);
    expect(reserved.take(0)).toBe(false);
    await reserved.extend(0);
    expect(reserved.take(0)).toBe(true);
    table.resetReadTxn();
    expect(table.get('key')?.equals(value)).toBe(true);
  });

  it('is made before a change that needs more than there is', async () => {
    const { commits, environment, file } = await openDatabase();
    const table = environment.openDB<Buffer, string>('table', { encoding: 'binary' });
    const value = Buffer.alloc(5 * mebibyte, 'x');
    const write = () => void table.put('key', value);
    await commits.submit({ write, settle: () => {}, room: roomFor({ places: 1, bytes: value.length }) });
    expect(table.get('key')?.equals(value)).toBe(true);
    expect((await stat(file)).size).toBeGreaterThanOrEqual(2 * value.length);
  });
});
