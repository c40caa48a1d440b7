import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../../lib/errors.ts';
import { createLogger } from '../../../lib/logger.ts';
import { allocatedBytes, measureDirectory } from '../../../local-store/disk-room/measure-directory.ts';
import { measureInThread } from '../../../local-store/disk-room/measure-in-thread.ts';
import { measuredObjectStore } from '../../../local-store/disk-room/measured-object-store.ts';
import { UsedBytes } from '../../../local-store/disk-room/used-bytes.ts';
import { realFileOperations } from '../../../local-store/object-directory/file-operations.ts';
import { openLocalStore } from '../../../local-store/open-local-store.ts';

const lines: string[] = [];
const clock = { now: () => new Date('2025-12-28T18:04:00Z') };
const logger = createLogger({ level: 'warn', clock, write: (line) => lines.push(line) });

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-used-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('what a directory uses', () => {
  it('is the sum of its files and directories, without following links', async () => {
    const [directory, other] = [await temporaryDirectory(), await temporaryDirectory()];
    await writeFile(join(other, 'large'), Buffer.alloc(10_000_000, 1));
    await symlink(other, join(directory, 'link'));
    await writeFile(join(directory, 'small'), Buffer.alloc(10_000, 1));
    const bytes = measureDirectory(directory);
    expect(bytes).toBeGreaterThanOrEqual(10_000);
    expect(bytes).toBeLessThan(100_000);
    expect(await measureInThread(directory, new AbortController().signal)).toBe(bytes);
    expect(measureDirectory(join(directory, 'gone'))).toBe(0);
  });

  it('is known after a measurement, and includes changes since that began', async () => {
    let end = (_bytes: number) => {};
    const used = new UsedBytes({ measure: () => new Promise((resolve) => (end = resolve)), logger });
    used.add(1_000_000); // the measurement will find it
    used.start();
    expect(used.bytes).toBeUndefined();
    used.add(5_000);
    end(2_000_000);
    await setImmediate();
    expect(used.bytes).toBe(2_005_000);
    used.add(-3_000_000);
    expect(used.bytes).toBe(0);
    await used.close();
  });

  it('stays unknown if it cannot be measured, which the log reports; and a stop waits for nothing', async () => {
    const failing = new UsedBytes({ measure: () => Promise.reject(new Error('EACCES')), logger });
    failing.start();
    await setImmediate();
    expect(failing.bytes).toBeUndefined();
    expect(lines.at(-1)).toContain('could not be measured');
    await failing.close();
    const stopped = new UsedBytes({
      measure: (stopping) =>
        new Promise((_resolve, reject) =>
          stopping.addEventListener('abort', () => reject(new Error('stopped'))),
        ),
      logger,
    });
    stopped.start();
    const before = lines.length;
    await stopped.close();
    expect(lines.length).toBe(before);
  });

  it('is followed exactly through every order of writes, replacements and deletions', async () => {
    const operation = fc.tuple(fc.constantFrom('create', 'replace', 'delete'), fc.nat(4), fc.nat(20_000));
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
        const inner = new InMemoryObjectStore();
        let bytes = 0;
        const sizeOf = async (key: ObjectKey) => (await inner.get(key))?.size;
        const store = measuredObjectStore(inner, { add: (more) => void (bytes += more) }, sizeOf);
        for (const [kind, name, size] of operations) {
          const key = `a/${name}` as ObjectKey;
          const found = await store.get(key, { firstBytes: 1 });
          if (kind === 'delete') await store.delete(key);
          if (kind === 'replace' && found !== undefined) {
            await store.put(key, Buffer.alloc(size), { ifMatch: found.etag });
          }
          if (kind === 'create' && found === undefined) {
            await store.put(key, Buffer.alloc(size), { ifNoneMatch: '*' });
          }
          const isRefused = store.put(key, Buffer.alloc(size), { ifMatch: 'another' });
          await expect(isRefused).rejects.toThrow(PreconditionFailed);
        }
        let expected = 0;
        for await (const key of inner.list('')) expected += allocatedBytes((await inner.get(key))?.size ?? 0);
        expect(bytes).toBe(expected);
      }),
    );
  });

  it('is what the local store reports, with earlier objects and later writes and deletes', async () => {
    const directory = await temporaryDirectory();
    const nothing = { streams: {}, queues: [], notifications: [], region: 'us-east-1', clock, logger };
    const first = await openLocalStore(directory, { ...nothing, operations: realFileOperations });
    expect((await first.diskRoom.use()).usedBytes).toBeUndefined();
    for (const n of [1, 2, 3]) {
      await first.objects.put(`a/b/${n}` as ObjectKey, Buffer.alloc(100_000, 1), { ifNoneMatch: '*' });
    }
    await first.close();

    const second = await openLocalStore(directory, { ...nothing, quotaBytes: 1_000_000_000 });
    while ((await second.diskRoom.use()).usedBytes === undefined) await setImmediate();
    const before = (await second.diskRoom.use()).usedBytes ?? 0;
    expect(before).toBeGreaterThanOrEqual(300_000);
    await second.objects.delete('a/b/1' as ObjectKey);
    await second.objects.put('a/c' as ObjectKey, Buffer.alloc(409_600, 1), { ifNoneMatch: '*' });
    expect((await second.diskRoom.use()).usedBytes).toBe(before - allocatedBytes(100_000) + 409_600);
    await second.close();
  });
});
