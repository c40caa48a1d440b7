import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createS3ObjectStore } from '../../lib/adapters/s3-object-store.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { s3Client } from '../aws/clients.ts';
import { startFaultProxy, type Fault, type PassingRequest } from '../aws/fault-proxy.ts';
import { startS3Server } from '../aws/s3-server.ts';

const key = 'aggregates/minute/cus-axon/2025/12/28/18/03.json' as ObjectKey;
const createOnly = { ifNoneMatch: '*' } as const;

function refused(status: number, code: string): Fault {
  return { kind: 'refused', answer: answerOf(status, code) };
}

function answerOf(status: number, code: string) {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${code}</Code></Error>`,
  };
}

describe('the object store on S3, when something goes wrong', () => {
  let behind: ObjectStore;
  let store: ObjectStore;
  let requests: string[];
  /** Faults of the next requests, by method. */
  let faults: Record<string, Fault[]>;
  let alwaysFaulty: (request: PassingRequest) => Fault | undefined;
  let closing: (() => Promise<void>)[];

  beforeEach(async () => {
    behind = new InMemoryObjectStore();
    requests = [];
    faults = {};
    alwaysFaulty = () => undefined;
    const server = await startS3Server('logs', behind);
    const proxy = await startFaultProxy(server.endpoint, (request) => {
      requests.push(request.method);
      return faults[request.method]?.shift() ?? alwaysFaulty(request);
    });
    const client = s3Client(proxy.endpoint);
    const backoff = createBackoff({ maxAttempts: 4, firstMilliseconds: 0, random: () => 0 });
    store = createS3ObjectStore({ client, bucket: 'logs', backoff });
    closing = [proxy.close, server.close, async () => client.destroy()];
  });
  afterEach(async () => {
    for (const close of closing.toReversed()) await close();
  });

  async function textBehind(): Promise<string | undefined> {
    return (await behind.get(key))?.body.toString();
  }

  async function listed(prefix: string, options?: { readonly startAfter: string }): Promise<string[]> {
    const keys: string[] = [];
    for await (const found of store.list(prefix, options)) keys.push(found);
    return keys;
  }

  const lostAnswers: [string, Fault][] = [
    ['a 503', { kind: 'done-but', answer: answerOf(503, 'SlowDown') }],
    ['a 500', { kind: 'done-but', answer: answerOf(500, 'InternalError') }],
    ['a broken connection', { kind: 'answer-lost' }],
  ];

  it.each(lostAnswers)(
    'knows its own creation again that was done, but answered with %s',
    async (_, fault) => {
      faults = { PUT: [fault] };
      const { etag } = await store.put(key, Buffer.from('mine'), createOnly);
      expect(await store.get(key)).toMatchObject({ body: Buffer.from('mine'), etag });
      expect(requests.filter((method) => method === 'PUT')).toHaveLength(2);
    },
  );

  it.each(lostAnswers)(
    'knows its own replacement again that was done, but answered with %s',
    async (_, fault) => {
      const first = await store.put(key, Buffer.from('first'), createOnly);
      faults = { PUT: [fault] };
      const { etag } = await store.put(key, Buffer.from('second'), { ifMatch: first.etag });
      expect(await store.get(key)).toMatchObject({ body: Buffer.from('second'), etag });
    },
  );

  it.each(lostAnswers)(
    'knows its own creation again that was answered with %s, and whose repetition met another write',
    async (_, fault) => {
      faults = { PUT: [fault, refused(409, 'ConditionalRequestConflict')] };
      const { etag } = await store.put(key, Buffer.from('mine'), createOnly);
      expect(await store.get(key)).toMatchObject({ body: Buffer.from('mine'), etag });
      expect(requests.filter((method) => method === 'PUT')).toHaveLength(3);
    },
  );

  it('does not take another writer’s object for its own', async () => {
    await behind.put(key, Buffer.from('theirs'), createOnly);
    faults = { PUT: [refused(503, 'SlowDown')] };
    await expect(store.put(key, Buffer.from('mine'), createOnly)).rejects.toThrow(PreconditionFailed);
    expect(await textBehind()).toBe('theirs');
  });

  it('takes equal content for another writer’s if each of its requests was answered', async () => {
    await behind.put(key, Buffer.from('same'), createOnly);
    await expect(store.put(key, Buffer.from('same'), createOnly)).rejects.toThrow(PreconditionFailed);
    expect(requests).toEqual(['PUT']);

    faults = { PUT: [refused(409, 'ConditionalRequestConflict')] };
    await expect(store.put(key, Buffer.from('same'), createOnly)).rejects.toThrow(PreconditionFailed);
    expect(requests).toEqual(['PUT', 'PUT', 'PUT']);
  });

  it('repeats a write that met another one', async () => {
    faults = {
      PUT: [refused(409, 'ConditionalRequestConflict'), refused(409, 'ConditionalRequestConflict')],
    };
    await store.put(key, Buffer.from('mine'), createOnly);
    expect(await textBehind()).toBe('mine');
  });

  it('gives up a write that meets another one again and again', async () => {
    alwaysFaulty = () => refused(409, 'ConditionalRequestConflict');
    await expect(store.put(key, Buffer.from('mine'), createOnly)).rejects.toThrow(Unavailable);
    expect(requests).toHaveLength(4);
  });

  it.each([
    ['a 500', refused(500, 'InternalError')],
    ['a 503', refused(503, 'SlowDown')],
    ['a 403, as without the right to list', refused(403, 'AccessDenied')],
    ['a broken connection', { kind: 'answer-lost' } satisfies Fault],
  ])('is unavailable, never empty, where every answer is %s', async (_, fault) => {
    await behind.put(key, Buffer.from('there'), createOnly);
    alwaysFaulty = () => fault;
    await expect(store.get(key)).rejects.toThrow(Unavailable);
    await expect(store.get(key, { firstBytes: 10 })).rejects.toThrow(Unavailable);
    await expect(store.get(key, { firstBytes: 0 })).rejects.toThrow(Unavailable);
    await expect(store.put(key, Buffer.from('x'), createOnly)).rejects.toThrow(Unavailable);
    await expect(listed('')).rejects.toThrow(Unavailable);
    await expect(store.delete(key)).rejects.toThrow(Unavailable);
  });

  it('lists more than a page has, and goes on after any of them', async () => {
    const keys = Array.from({ length: 2_345 }, (_, number) => `batches/a/${String(number).padStart(5, '0')}`);
    for (const each of keys) await behind.put(each as ObjectKey, Buffer.from(''), createOnly);
    expect(await listed('batches/')).toEqual(keys);
    expect(requests).toEqual(['GET', 'GET', 'GET']);
    const startAfter = keys[1_200] ?? '';
    expect(await listed('batches/', { startAfter })).toEqual(keys.slice(1_201));
  });

  it('reads no page that its caller does not come to', async () => {
    for (let number = 0; number < 1_001; number += 1) {
      await behind.put(`a/${number}` as ObjectKey, Buffer.from(''), createOnly);
    }
    for await (const _key of store.list('a/')) break;
    expect(requests).toEqual(['GET']);
  });
});
