import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireOwnerLock, DirectoryInUse } from '../../local-store/owner-lock.ts';

describe('the owner lock of a data directory', () => {
  let parent: string;
  let directory: string;
  let children: ChildProcess[];

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'owner-lock-'));
    directory = join(parent, 'data');
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    await rm(parent, { recursive: true });
  });

  async function startOwner(): Promise<{ readonly child: ChildProcess; readonly says: string }> {
    const script = join(import.meta.dirname, 'owner-lock-child.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const line: unknown[] = await once(child.stdout, 'data');
    return { child, says: String(line[0]).trim() };
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  it('goes to the first process, is refused to the second, and ends when the first is killed', async () => {
    const first = await startOwner();
    expect(first.says).toBe('owner');

    const second = await startOwner();
    expect(second.says).toContain('DirectoryInUse');
    expect(second.says).toContain(`in use by process ${first.child.pid} (a child) since 2`);
    const refusal = await acquireOwnerLock(directory, 'this test').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DirectoryInUse);
    expect(refusal).toHaveProperty('owner.pid', first.child.pid);

    await kill(first.child);
    const third = await startOwner();
    expect(third.says).toBe('owner');
  }, 30_000);

  it('is refused to the process that already owns it', async () => {
    const now = (): Date => new Date('2025-12-28T18:03:00Z');
    const lock = await acquireOwnerLock(directory, 'this test', now);
    await expect(acquireOwnerLock(directory, 'this test again', now)).rejects.toThrow(
      `The data directory ${directory} is in use by process ${process.pid} (this test) since 2025-12-28T18:03:00.000Z.`,
    );
    await lock.release();
  });

  it('survives an attempt that is refused', async () => {
    const lock = await acquireOwnerLock(directory, 'this test');
    for (let n = 0; n < 3; n += 1) {
      await expect(acquireOwnerLock(directory, 'another')).rejects.toThrow(DirectoryInUse);
    }
    expect((await startOwner()).says).toContain('DirectoryInUse');
    await lock.release();
  });

  it('can be taken again once it is released', async () => {
    await (await acquireOwnerLock(directory, 'one')).release();
    const lock = await acquireOwnerLock(directory, 'two');
    expect(JSON.parse(await readFile(join(directory, 'owner.json'), 'utf8'))).toEqual(lock.owner);
    await lock.release();
  });

  it.each(['', 'garbage', 'null', '{"pid":"x"}'])(
    'is refused also where the owner cannot be told from %j',
    async (text) => {
      const lock = await acquireOwnerLock(directory, 'this test');
      await writeFile(join(directory, 'owner.json'), text);
      await expect(acquireOwnerLock(directory, 'another')).rejects.toThrow('in use by another process');
      await rm(join(directory, 'owner.json'));
      await expect(acquireOwnerLock(directory, 'another')).rejects.toThrow('in use by another process');
      await lock.release();
    },
  );
});
