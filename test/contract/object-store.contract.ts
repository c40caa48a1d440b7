import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';

/** A store under test, empty at first. */
export interface ObjectStoreFixture {
  readonly store: ObjectStore;
  close(): Promise<void>;
  /** True for a server that may answer with the body of one version and the etag of a newer one. */
  readonly mixesVersions?: boolean;
}

const createOnly = { ifNoneMatch: '*' } as const;

/** Turns a text into a key; the tests of the domain cover how keys are built. */
function key(text: string): ObjectKey {
  return text as ObjectKey;
}

/** Tests the promises of every object store, whatever its implementation. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStoreFixture>): void {
  describe(`the object store ${name}`, () => {
    let fixture: ObjectStoreFixture;
    let store: ObjectStore;

    beforeEach(async () => {
      fixture = await open();
      store = fixture.store;
    });
    afterEach(() => fixture.close());

    async function create(...keys: readonly string[]): Promise<void> {
      await Promise.all(keys.map((text) => store.put(key(text), Buffer.from(text), createOnly)));
    }

    async function textAt(text: string): Promise<string | undefined> {
      return (await store.get(key(text)))?.body.toString();
    }

    async function listed(prefix: string, options?: { readonly startAfter?: string }): Promise<string[]> {
      const keys: string[] = [];
      for await (const found of store.list(prefix, options)) keys.push(found);
      return keys;
    }

    describe('get', () => {
      it('has nothing if nothing was put', async () => {
        await create('batches/a/1');
        expect(await store.get(key('batches/a/2'))).toBeUndefined();
        expect(await store.get(key('batches/b/1'))).toBeUndefined();
      });

      it('gives the body, its size and the etag of the put', async () => {
        const { etag } = await store.put(key('a/b.json'), Buffer.from('hello'), createOnly);
        expect(await store.get(key('a/b.json'))).toEqual({ body: Buffer.from('hello'), etag, size: 5 });
      });

      it.each([0, 1, 4, 5, 6, 1000])(
        'gives the first %i bytes with the size and etag of the whole',
        async (firstBytes) => {
          const { etag } = await store.put(key('a'), Buffer.from('hello'), createOnly);
          const start = Buffer.from('hello'.slice(0, firstBytes));
          expect(await store.get(key('a'), { firstBytes })).toEqual({ body: start, etag, size: 5 });
        },
      );

      it.each([
        ['an empty body', Buffer.alloc(0)],
        ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
        ['3 MB', Buffer.alloc(3_000_000, 'log lines ')],
      ])('gives back %s as it was put', async (_, body) => {
        await store.put(key('a'), body, createOnly);
        const found = await store.get(key('a'));
        expect(found?.size).toBe(body.length);
        expect(found?.body.equals(body)).toBe(true);
      });
    });

    describe('put', () => {
      it('creates what is not there, and refuses to create it again', async () => {
        await store.put(key('a'), Buffer.from('first'), createOnly);
        await expect(store.put(key('a'), Buffer.from('second'), createOnly)).rejects.toThrow(
          PreconditionFailed,
        );
        expect(await textAt('a')).toBe('first');
      });

      it('replaces what its etag names', async () => {
        const first = await store.put(key('a'), Buffer.from('first'), createOnly);
        const second = await store.put(key('a'), Buffer.from('second'), { ifMatch: first.etag });
        expect(second.etag).not.toBe(first.etag);
        expect(await store.get(key('a'))).toEqual({
          body: Buffer.from('second'),
          etag: second.etag,
          size: 6,
        });
      });

      it('refuses to replace what its etag does not name any more', async () => {
        const { etag } = await store.put(key('a'), Buffer.from('first'), createOnly);
        await store.put(key('a'), Buffer.from('second'), { ifMatch: etag });
        await expect(store.put(key('a'), Buffer.from('third'), { ifMatch: etag })).rejects.toThrow(
          PreconditionFailed,
        );
        expect(await textAt('a')).toBe('second');
      });

      it('refuses to replace what is not there', async () => {
        const { etag } = await store.put(key('a'), Buffer.from('first'), createOnly);
        await expect(store.put(key('b'), Buffer.from('x'), { ifMatch: etag })).rejects.toThrow(
          PreconditionFailed,
        );
        await store.delete(key('a'));
        await expect(store.put(key('a'), Buffer.from('x'), { ifMatch: etag })).rejects.toThrow(
          PreconditionFailed,
        );
        expect(await listed('')).toEqual([]);
      });

      it('lets exactly one of 50 racing creations win, whole', async () => {
        const attempts = await Promise.allSettled(
          Array.from({ length: 50 }, (_, n) => store.put(key('a/b'), Buffer.from(`body ${n}`), createOnly)),
        );
        const winner = attempts.findIndex(({ status }) => status === 'fulfilled');
        const refusals = attempts.filter((attempt) => attempt.status === 'rejected');
        expect(refusals).toHaveLength(49);
        expect(refusals.every(({ reason }) => reason instanceof PreconditionFailed)).toBe(true);
        expect(await textAt('a/b')).toBe(`body ${winner}`);
      });

      it('loses none of 16 racing increments that are repeated until they succeed', async () => {
        await store.put(key('count'), Buffer.from('0'), createOnly);
        const increment = async (): Promise<void> => {
          for (;;) {
            const found = await store.get(key('count'));
            const next = String(Number(found?.body.toString()) + 1);
            try {
              await store.put(key('count'), Buffer.from(next), { ifMatch: found?.etag ?? '' });
              return;
            } catch (error) {
              if (!(error instanceof PreconditionFailed)) throw error;
            }
          }
        };
        await Promise.all(Array.from({ length: 16 }, increment));
        expect(await textAt('count')).toBe('16');
      });

      it('gives body, size and etag of one version while others are written', async (context) => {
        if (fixture.mixesVersions === true) context.skip();
        const versions = [Buffer.alloc(10_000, 'a'), Buffer.alloc(20_000, 'b')] as const;
        let { etag } = await store.put(key('a'), versions[0], createOnly);
        const written = new Set([`${etag} a 10000`]);
        const seen = new Set<string>();
        const finished = new AbortController();
        const read = async (firstBytes: number): Promise<void> => {
          while (!finished.signal.aborted) {
            const found = await store.get(key('a'), { firstBytes });
            seen.add(`${found?.etag} ${found?.body.toString('latin1', 0, 1)} ${found?.size}`);
            await new Promise((resolve) => setImmediate(resolve));
          }
        };
        const readers = [read(Infinity), read(100), read(100)];
        for (let n = 1; n <= 40; n += 1) {
          ({ etag } = await store.put(key('a'), versions[n % 2 === 0 ? 0 : 1], { ifMatch: etag }));
          written.add(`${etag} ${n % 2 === 0 ? 'a 10000' : 'b 20000'}`);
        }
        finished.abort();
        await Promise.all(readers);
        expect(written.size).toBe(2);
        expect([...written]).toEqual(expect.arrayContaining([...seen]));
      });

      it('keeps its own copy of what it was given and of what it gives', async () => {
        const body = Buffer.from('hello');
        await store.put(key('a'), body, createOnly);
        body.fill('x');
        (await store.get(key('a')))?.body.fill('y');
        expect(await textAt('a')).toBe('hello');
      });

      it('writes only the part of a larger buffer that it was given', async () => {
        await store.put(key('a'), Buffer.from('xxhelloxx').subarray(2, 7), createOnly);
        expect(await textAt('a')).toBe('hello');
      });
    });

    describe('delete', () => {
      it('removes the object and nothing else', async () => {
        await create('a/1', 'a/2');
        await store.delete(key('a/1'));
        expect(await store.get(key('a/1'))).toBeUndefined();
        expect(await listed('')).toEqual(['a/2']);
      });

      it('succeeds if there is nothing', async () => {
        await create('a/1');
        await store.delete(key('a/1'));
        await store.delete(key('a/1'));
        await store.delete(key('never/was'));
        expect(await listed('')).toEqual([]);
      });

      it('removes with a condition only the object that the condition names, and succeeds if there is nothing', async () => {
        const { etag: first } = await store.put(key('a'), Buffer.from('first'), createOnly);
        const { etag: second } = await store.put(key('a'), Buffer.from('second'), { ifMatch: first });
        await expect(store.delete(key('a'), { ifMatch: first })).rejects.toThrow(PreconditionFailed);
        expect(await textAt('a')).toBe('second');
        await store.delete(key('a'), { ifMatch: second });
        expect(await store.get(key('a'))).toBeUndefined();
        await store.delete(key('a'), { ifMatch: second });
      });

      it('removes nothing that was written since it was read, however many race', async () => {
        const { etag } = await store.put(key('a'), Buffer.from('0'), createOnly);
        const removals = Array.from({ length: 8 }, () =>
          store.delete(key('a'), { ifMatch: etag }).catch((error: unknown) => error),
        );
        const replacement = store
          .put(key('a'), Buffer.from('1'), { ifMatch: etag })
          .then(() => true)
          .catch((error: unknown) => {
            if (error instanceof PreconditionFailed) return false;
            throw error;
          });
        const isReplaced = await replacement;
        await Promise.all(removals);
        expect(await store.get(key('a'))).toEqual(isReplaced ? expect.anything() : undefined);
      });

      it('allows another creation', async () => {
        await create('a');
        await store.delete(key('a'));
        await store.put(key('a'), Buffer.from('again'), createOnly);
        expect(await textAt('a')).toBe('again');
      });
    });

    describe('list', () => {
      const sorted = ['a%20/x', 'a-b/c', 'a.b', 'a/b', 'a/b-c', 'a/b.c', 'a/c/d', 'a0', 'a_', 'b', 'b~/x'];

      it('gives the keys in the order of their bytes, across directories', async () => {
        await create(...sorted.toReversed());
        expect(await listed('')).toEqual(sorted);
      });

      it.each(['a', 'a/', 'a/b', 'a/b.', 'a-', 'b', 'b~/', 'a/c/d', 'c', 'a/b/', '/', '../', 'A', '.tmp/'])(
        'gives only what starts with %j, also inside a segment',
        async (prefix) => {
          await create(...sorted);
          expect(await listed(prefix)).toEqual(sorted.filter((text) => text.startsWith(prefix)));
        },
      );

      it('goes on after any text, whether it is a key or not', async () => {
        await create(...sorted);
        for (const startAfter of [
          ...sorted,
          '',
          'a',
          'a/',
          'a/b/z',
          'a/c',
          'a/c/',
          'a/c/~',
          'a1',
          'zz',
          'Z',
        ]) {
          expect(await listed('', { startAfter })).toEqual(sorted.filter((text) => text > startAfter));
          expect(await listed('a/', { startAfter })).toEqual(
            sorted.filter((text) => text.startsWith('a/') && text > startAfter),
          );
        }
      });

      it('lets its caller stop early', async () => {
        await create(...sorted);
        const first: string[] = [];
        for await (const found of store.list('')) {
          first.push(found);
          if (first.length === 2) break;
        }
        expect(first).toEqual(sorted.slice(0, 2));
      });

      it('gives nothing if nothing was put', async () => {
        expect(await listed('')).toEqual([]);
        expect(await listed('batches/nobody/')).toEqual([]);
      });
    });
  });
}
