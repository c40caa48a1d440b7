import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Event } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import { etagOf } from '../../local-store/object-directory/etag.ts';
import { gate } from '../gate.ts';
import { openNotifying, withPut } from './notifications/notifying-fixture.ts';
import { receiveAll } from './queues/queue-fixture.ts';
import { temporaryDirectory } from './temporary-log.ts';

const key = 'batches/cus-axon/k-1' as ObjectKey;
const body = Buffer.from('the batch');
const create = { ifNoneMatch: '*' } as const;

function keysIn(messages: Iterable<{ readonly body: string }>): readonly (string | undefined)[] {
  return Array.from(messages, (message) => (JSON.parse(message.body) as S3Event).Records[0]?.s3.object.key);
}

async function intentsIn(directory: string): Promise<readonly string[]> {
  return readdir(join(directory, 'objects', '.tmp'));
}

describe('the message of a creation', () => {
  it('is sent after the write, and then nothing is left beside the object', async () => {
    const directory = await temporaryDirectory();
    const { store, queue, objects } = await openNotifying(directory, { isLate: true });
    await store.put(key, body, create);
    expect(await intentsIn(directory)).toEqual([expect.stringContaining('batches+cus-axon+k-1')]);
    await expect.poll(() => keysIn(queue.list())).toEqual([key]);
    await expect.poll(() => intentsIn(directory)).toEqual([]);
    expect((await objects.get(key))?.body).toEqual(body);
  });

  it('is not sent before the write has ended', async () => {
    const { opened, open } = gate();
    const { store, queue } = await openNotifying(await temporaryDirectory(), {
      isLate: true,
      between: (objects) =>
        withPut(objects, async (...write) => {
          const written = await objects.put(...write);
          await opened;
          return written;
        }),
    });
    const put = store.put(key, body, create);
    await expect.poll(async () => (await store.get(key))?.size).toBe(body.length);
    expect([...queue.list()]).toEqual([]);
    open();
    await put;
    await expect.poll(() => keysIn(queue.list())).toEqual([key]);
  });

  it('is sent by the next start if it could not be written', async () => {
    const directory = await temporaryDirectory();
    const before = await openNotifying(directory, { isLate: true });
    await before.close(); // the database
    await before.store.put(key, body, create);
    await before.store.close();
    await before.objects.close();
    const { queue, store } = await openNotifying(directory, { isLate: true });
    await store.close();
    expect(keysIn(await receiveAll(queue))).toEqual([key]);
    await expect.poll(() => intentsIn(directory)).toEqual([]);
  });

  it('is sent by the next start with the object that only its temporary file was', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'objects', '.tmp'), { recursive: true });
    const names = [`intent+7+${body.length}+${etagOf(body)}+batches+cus-axon+k-1`, '4711-1-2'];
    for (const name of names) await writeFile(join(directory, 'objects', '.tmp', name), body);
    const { queue, store } = await openNotifying(directory, { isLate: true });
    expect((await store.get(key))?.body).toEqual(body);
    await store.close();
    expect(keysIn(await receiveAll(queue))).toEqual([key]);
  });

  it('is not sent if nothing was created', async () => {
    const directory = await temporaryDirectory();
    const { store, queue } = await openNotifying(directory, { isLate: true });
    const puts = await Promise.allSettled(Array.from({ length: 20 }, () => store.put(key, body, create)));
    expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const put of puts)
      if (put.status === 'rejected') expect(put.reason).toBeInstanceOf(PreconditionFailed);
    await store.close();
    expect(keysIn(queue.list())).toEqual([key]);
    await expect.poll(() => intentsIn(directory)).toEqual([]);
  });

  it('is sent if it is not known whether the object was created', async () => {
    const { store, queue } = await openNotifying(await temporaryDirectory(), {
      isLate: true,
      between: (objects) => withPut(objects, () => Promise.reject(new Unavailable('Who knows.'))),
    });
    await expect(store.put(key, body, create)).rejects.toThrow(Unavailable);
    await store.close();
    expect(keysIn(queue.list())).toEqual([key]);
  });

  it('is held before the write if the key is too long for the name of a file', async () => {
    const { opened, open } = gate();
    const { store, queue } = await openNotifying(await temporaryDirectory(), {
      isLate: true,
      between: (objects) => withPut(objects, async (...write) => (await opened, objects.put(...write))),
    });
    const long = `batches/${'c'.repeat(128)}/k-${'k'.repeat(120)}` as ObjectKey;
    const put = store.put(long, body, create);
    await expect.poll(() => keysIn(queue.list())).toEqual([long]);
    open();
    await put;
    expect(keysIn(await receiveAll(queue))).toEqual([long]);
  });

  it('is held before a write that replaces', async () => {
    const { store, queue } = await openNotifying(await temporaryDirectory(), { isLate: true });
    const { etag } = await store.put(key, body, create);
    await store.put(key, Buffer.from('another'), { ifMatch: etag });
    await store.close();
    expect(keysIn(await receiveAll(queue))).toEqual([key, key]);
  });
});

describe('an object that is deleted', () => {
  it('stays deleted if its message was not sent yet', async () => {
    const directory = await temporaryDirectory();
    const before = await openNotifying(directory, { isLate: true });
    await before.close();
    await before.store.put(key, body, create);
    await before.store.delete(key);
    await before.store.close();
    await before.objects.close();
    const { store, queue } = await openNotifying(directory, { isLate: true });
    await store.close();
    expect(await store.get(key)).toBeUndefined();
    expect([...queue.list()]).toEqual([]);
  });
});
