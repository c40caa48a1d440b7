import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { UnreadableFormat } from '../../../lib/errors.ts';
import { openDurableDatabase, readDurableDatabase } from '../../../local-store/durable-database.ts';
import { temporaryDirectory } from '../temporary-log.ts';

describe('the file of a database', () => {
  let directory: string;
  let file: string;
  let usedBytes: number;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    file = join(directory, 'data.mdb');
    const database = await openDurableDatabase(directory);
    const { environment } = database;
    const table = environment.openDB<Buffer, number>('table', { encoding: 'binary' });
    for (let n = 0; n < 3; n++) await table.put(n, Buffer.alloc(40_000, 'x'));
    const stats = environment.getStats() as { lastPageNumber: number; pageSize: number };
    usedBytes = (stats.lastPageNumber + 1) * stats.pageSize;
    await database.close();
  });

  /** Returns why the file is refused, to write and to read, and whether it was left unchanged. */
  async function refusal(): Promise<{ readonly reasons: readonly unknown[]; readonly isUntouched: boolean }> {
    const before = await readFile(file);
    const reasons = await Promise.all([
      openDurableDatabase(directory, { mayBeEmpty: false }).catch((error: unknown) => error),
      readDurableDatabase(directory).catch((error: unknown) => error),
    ]);
    return { reasons, isUntouched: before.equals(await readFile(file)) };
  }

  function refusedWith(reason: string) {
    const message = expect.stringContaining(`The log ${file} is damaged: ${reason}`) as string;
    const error = expect.objectContaining({ name: 'UnreadableFormat', message }) as UnreadableFormat;
    return { reasons: [error, error], isUntouched: true };
  }

  it('is refused when it ends before its last page', async () => {
    await truncate(file, usedBytes - 1);
    expect(await refusal()).toEqual(refusedWith(`it has ${usedBytes - 1} of ${usedBytes} bytes`));
  });

  it('is opened if only reserved space is missing', async () => {
    await truncate(file, usedBytes);
    const database = await openDurableDatabase(directory);
    const { environment } = database;
    const table = environment.openDB<Buffer, number>('table', { encoding: 'binary' });
    expect(table.get(2)).toEqual(Buffer.alloc(40_000, 'x'));
    await database.close();
  });

  it.each([1, 100, 4_096, 4_200])('is refused when %i bytes are left of it', async (bytes) => {
    await truncate(file, bytes);
    expect(await refusal()).toEqual(refusedWith('it does not begin as a database does'));
  });

  it('is refused when it holds something else', async () => {
    await writeFile(file, Buffer.alloc(usedBytes, 'something else'));
    expect(await refusal()).toEqual(refusedWith('it does not begin as a database does'));
  });

  it('is refused when it is empty and was not before', async () => {
    await truncate(file, 0);
    expect(await refusal()).toEqual(refusedWith('it does not begin as a database does'));
  });

  it.each([0, 1, 159, 160, 4_096, 8_191])(
    'is made anew when %i bytes are left of its first write and nothing can have been written since',
    async (bytes) => {
      const [newDirectory, another] = [await temporaryDirectory(), await temporaryDirectory()];
      const firstWrite = open({ path: another, noSubdir: false });
      await copyFile(join(another, 'data.mdb'), join(newDirectory, 'data.mdb'));
      await firstWrite.close();
      await truncate(join(newDirectory, 'data.mdb'), bytes);
      const database = await openDurableDatabase(newDirectory);
      expect(database.environment.getKeys().asArray).toContain('format');
      await database.close();
    },
  );

  it.each([160, 4_096, 4_200])(
    'is not made anew when %i bytes are left of one that was written to',
    async (bytes) => {
      await truncate(file, bytes);
      await expect(openDurableDatabase(directory, { mayBeEmpty: true })).rejects.toThrow('is damaged');
    },
  );
});
