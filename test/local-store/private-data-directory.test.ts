import { chmod, lstat, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openPrivately } from '../../local-store/private-data-directory.ts';
import { SymbolicLink } from '../../local-store/symbolic-link.ts';
import { temporaryDirectory } from './temporary-log.ts';

let parent: string;
let data: string;
const lines: string[] = [];
const logger = {
  debug: (message: string) => void lines.push(message),
  info: (message: string) => void lines.push(message),
  warn: (message: string) => void lines.push(message),
  error: (message: string) => void lines.push(message),
};

beforeEach(async () => {
  lines.length = 0;
  parent = await temporaryDirectory();
  data = join(parent, 'data');
});

/** Creates a data directory like older versions under a `umask` of 022. */
async function makeReadable(): Promise<void> {
  await mkdir(join(data, 'objects', 'batches', 'cus-axon'), { recursive: true });
  await mkdir(join(data, 'log'));
  for (const name of ['owner.lock', 'format.json', 'log/data.mdb', 'objects/batches/cus-axon/k-1']) {
    await writeFile(join(data, name), '');
    await chmod(join(data, name), 0o644);
  }
  for (const name of ['', 'log', 'objects', 'objects/batches', 'objects/batches/cus-axon']) {
    await chmod(join(data, name), 0o755);
  }
}

/** Returns the paths that others can read. */
async function readable(): Promise<string[]> {
  const names = ['', ...(await readdir(data, { recursive: true }))];
  const modes = await Promise.all(names.map(async (name) => (await lstat(join(data, name))).mode & 0o077));
  return names.filter((_name, index) => modes[index] !== 0);
}

describe.runIf(process.platform !== 'win32')('a data directory', () => {
  it('is created for its owner only', async () => {
    await openPrivately(data, logger);
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    expect(lines).toEqual([]);
  });

  it('that others can read is taken from them, with all that is in it, and says so', async () => {
    await makeReadable();
    expect(await readable()).toHaveLength(9);
    await openPrivately(data, logger);
    expect(await readable()).toEqual([]);
    expect(lines).toEqual(['The data directory was open to other users. Now only its owner can use it.']);
    await openPrivately(data, logger);
    expect(lines).toHaveLength(1);
  });

  it('is completed after an earlier start was cut short', async () => {
    await makeReadable();
    const cutShort = () => {
      throw Object.assign(new Error('killed'), { code: 'EKILLED' });
    };
    await expect(openPrivately(data, logger, cutShort)).rejects.toThrow('killed');
    await chmod(data, 0o700);
    await openPrivately(data, logger);
    expect(await readable()).toEqual([]);
  });

  it('changes nothing that a link leads to', async () => {
    await makeReadable();
    const outside = join(parent, 'outside');
    await writeFile(outside, '');
    await chmod(outside, 0o644);
    await symlink(outside, join(data, 'objects', 'batches', 'link'));
    await openPrivately(data, logger);
    expect((await stat(outside)).mode & 0o777).toBe(0o644);
  });

  it('that is another user’s, or on a read-only disk, is used with a warning', async () => {
    await makeReadable();
    for (const code of ['EPERM', 'EROFS', 'ENOTSUP']) {
      await openPrivately(data, logger, () => {
        throw Object.assign(new Error(code), { code });
      });
    }
    await openPrivately(data, logger, () => undefined); // a file system without permissions accepts them, and stores none
    expect(lines).toEqual(
      Array.from(
        { length: 4 },
        () => 'Others may be able to read the data directory: its permissions cannot be set.',
      ),
    );
  });

  it('may be a link itself', async () => {
    await makeReadable();
    await rename(data, join(parent, 'elsewhere'));
    await symlink(join(parent, 'elsewhere'), data);
    await openPrivately(data, logger);
    expect((await stat(join(parent, 'elsewhere'))).mode & 0o777).toBe(0o700);
  });

  it.each(['objects', 'log', 'log/data.mdb', 'log/lock.mdb', 'owner.lock', 'owner.json.new', 'format.json'])(
    'is refused where %s in it is a link',
    async (name) => {
      await makeReadable();
      await rm(join(data, name), { recursive: true, force: true });
      await symlink(join(parent, 'elsewhere'), join(data, name));
      await expect(openPrivately(data, logger)).rejects.toThrow(SymbolicLink);
      await expect(openPrivately(data, logger)).rejects.toThrow(join(data, name));
    },
  );
});
