import type { S3Event } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import { InvalidObjectKey } from '../../local-store/object-directory.ts';
import { gate } from '../gate.ts';
import { openNotifying, withPut } from './notifications/notifying-fixture.ts';
import { receiveAll, startedAt, verify } from './queues/queue-fixture.ts';
import { temporaryDirectory } from './temporary-log.ts';

const key = 'batches/cus-axon/k-1' as ObjectKey;
const body = Buffer.from('the batch');
const create = { ifNoneMatch: '*' } as const;

function keysIn(messages: Iterable<{ readonly body: string }>): readonly string[] {
  return Array.from(messages, (message) => JSON.parse(message.body) as S3Event).flatMap(({ Records }) =>
    Records.map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll('+', ' '))),
  );
}

describe('a notification', () => {
  it('equals what S3 sends about the same write', async () => {
    const { store, queue } = await openNotifying(await temporaryDirectory());
    const { etag } = await store.put(key, body, create);
    const [message] = await receiveAll(queue);
    expect(JSON.parse(message?.body ?? '')).toEqual({
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'eu-central-1',
          eventTime: startedAt.toISOString(),
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: expect.any(String) as string },
          requestParameters: { sourceIPAddress: '127.0.0.1' },
          responseElements: {
            'x-amz-request-id': expect.any(String) as string,
            'x-amz-id-2': expect.any(String) as string,
          },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'Objects-VerifyQueue-batches/',
            bucket: {
              name: 'log-analytics',
              ownerIdentity: { principalId: expect.any(String) as string },
              arn: 'arn:aws:s3:::log-analytics',
            },
            object: {
              key: 'batches/cus-axon/k-1',
              size: body.length,
              eTag: etag,
              sequencer: expect.stringMatching(/^[0-9A-F]{16}$/) as string,
            },
          },
        },
      ],
    });
  });

  it.each([
    ['batches/a%2fb/k-~%20', 'batches/a%252fb/k-%7E%2520'],
    ['batches/red flower.jpg', 'batches/red+flower.jpg'],
    ['batches/a+b:ü', 'batches/a%2Bb%3A%C3%BC'],
  ])('has the key %s encoded as S3 does', async (plain, encoded) => {
    const { queue, store } = await openNotifying(await temporaryDirectory(), {
      between: (objects) => withPut(objects, async () => ({ etag: 'x' })),
    });
    await store.put(plain as ObjectKey, body, create);
    const messages = await receiveAll(queue);
    expect(messages[0]?.body).toContain(`"key":"${encoded}"`);
    expect(keysIn(messages)).toEqual([plain]);
  });

  it('has a greater sequencer than those of earlier writes, also when the clock is set back', async () => {
    const { store, queue, clock } = await openNotifying(await temporaryDirectory());
    let { etag } = await store.put(key, body, create);
    for (const seconds of [0, 1, -60, 0]) {
      clock.advance(seconds);
      ({ etag } = await store.put(key, Buffer.from(etag), { ifMatch: etag }));
    }
    clock.advance(100);
    const sequencers = new Map(
      (await receiveAll(queue)).map(({ body }) => {
        const [record] = (JSON.parse(body) as S3Event).Records;
        return [record?.s3.object.eTag, record?.s3.object.sequencer ?? ''];
      }),
    );
    expect(new Set(sequencers.values()).size).toBe(5);
    expect([...sequencers.values()].toSorted().at(-1)).toBe(sequencers.get(etag));
  });

  it('is not sent of keys without a rule, nor of reading and deleting', async () => {
    const { store, queue } = await openNotifying(await temporaryDirectory());
    const other = 'aggregates/batches/1' as ObjectKey;
    await store.put(other, body, create);
    expect((await store.get(other))?.body).toEqual(body);
    await store.delete(other);
    await store.delete(key);
    for await (const left of store.list('')) expect.unreachable(left);
    expect([...queue.list()]).toEqual([]);
  });

  it('has the delay of its queue', async () => {
    const { store, queue, clock } = await openNotifying(await temporaryDirectory(), {
      settings: [{ ...verify, delaySeconds: 5 }],
    });
    await store.put(key, body, create);
    expect(await receiveAll(queue)).toEqual([]);
    clock.advance(5);
    expect(keysIn(await receiveAll(queue))).toEqual([key]);
  });
});

describe('the intent of a notification', () => {
  it('is durable before the object appears, and no message before the write has ended', async () => {
    const directory = await temporaryDirectory();
    const { opened, open } = gate();
    const { store, queue, objects, clock } = await openNotifying(directory, {
      between: (objects) =>
        withPut(objects, async (...write) => {
          await opened;
          return objects.put(...write);
        }),
    });
    const put = store.put(key, body, create);
    await expect.poll(() => [...queue.list()]).toHaveLength(1);
    clock.advance(3_600);
    expect(await receiveAll(queue)).toEqual([]);
    expect(await objects.get(key)).toBeUndefined();
    open();
    await put;
    expect(keysIn(await receiveAll(queue))).toEqual([key]);
  });

  it('is withdrawn if the object existed before', async () => {
    const { store, queue } = await openNotifying(await temporaryDirectory());
    const puts = await Promise.allSettled(Array.from({ length: 20 }, () => store.put(key, body, create)));
    expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const put of puts)
      if (put.status === 'rejected') expect(put.reason).toBeInstanceOf(PreconditionFailed);
    expect(keysIn(await receiveAll(queue))).toEqual([key]);
    await expect.poll(() => [...queue.list()]).toHaveLength(1);
  });

  it('is withdrawn if the key is refused', async () => {
    const { store, queue } = await openNotifying(await temporaryDirectory());
    await expect(store.put('batches/../x' as ObjectKey, body, create)).rejects.toThrow(InvalidObjectKey);
    await expect.poll(() => [...queue.list()]).toEqual([]);
  });

  it('becomes a message if it is not known whether the object was written', async () => {
    const { store, queue } = await openNotifying(await temporaryDirectory(), {
      between: (objects) =>
        withPut(objects, () => Promise.reject(new Unavailable('The object cannot be written.'))),
    });
    await expect(store.put(key, body, create)).rejects.toThrow(Unavailable);
    expect(keysIn(await receiveAll(queue))).toEqual([key]);
  });

  it('that cannot be written lets nothing be written', async () => {
    const { store, objects, close } = await openNotifying(await temporaryDirectory());
    await close();
    await expect(store.put(key, body, create)).rejects.toThrow(Unavailable);
    expect(await objects.get(key)).toBeUndefined();
  });

  it('becomes a message at the next start when its process ends before its write', async () => {
    const directory = await temporaryDirectory();
    const before = await openNotifying(directory, {
      between: (objects) => withPut(objects, () => new Promise(() => {})),
    });
    void before.store.put(key, body, create);
    await expect.poll(() => [...before.queue.list()]).toHaveLength(1);
    await before.close();
    await before.objects.close();
    const { queue, objects } = await openNotifying(directory);
    expect(keysIn(await receiveAll(queue))).toEqual([key]);
    expect(await objects.get(key)).toBeUndefined();
  });
});
