import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireOwnerLock } from '../../local-store/owner-lock.ts';
import { countedDirectory } from './counted-directory.ts';
import { foreign, forget, isThere, own } from './two-customers.ts';

describe('npm run customers -- forget', () => {
  it('shows the data of a customer, and removes it only with --yes', async () => {
    const directory = await countedDirectory(own, foreign);
    const shown = await forget(directory);
    expect(shown).toMatchObject({ exitCode: 0 });
    expect(shown.stdout).toContain(
      'cus-axon has 1 batch, 1 minute, 2 hours and days, 0 failed records and 0 alerts.',
    );
    expect(shown.stdout).toContain('Nothing was removed.');
    const batch = join(directory, 'objects/batches/cus-axon/k-own');
    expect(await isThere(batch)).toBe(true);

    const removed = await forget(directory, '--yes');
    expect(removed.stdout).toBe(
      'cus-axon is forgotten. Removed: 1 batch, 3 windows, 0 failed records and 0 alerts.\n',
    );
    expect(removed.exitCode).toBe(0);
    expect(await isThere(batch)).toBe(false);
    expect(await isThere(join(directory, 'objects/batches/cus-other/k-foreign'))).toBe(true);
  });

  it('fails, and names the owner of the directory, if that takes no requests', async () => {
    const directory = await countedDirectory(own);
    const lock = await acquireOwnerLock(directory, 'a test');
    const { exitCode, stderr } = await forget(directory, '--yes');
    await lock.release();
    expect(stderr).toContain(`in use by process ${process.pid} (a test)`);
    expect(exitCode).toBe(2);
    expect(await isThere(join(directory, 'objects/batches/cus-axon/k-own'))).toBe(true);
  });

  it('ignores a stray file in the place for requests', async () => {
    const directory = await countedDirectory(own);
    await writeFile(join(directory, 'requests'), 'no folder');
    expect(await forget(directory, '--yes')).toMatchObject({ exitCode: 0 });
    await rm(join(directory, 'requests'));
  });
});
