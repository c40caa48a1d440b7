import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countedDirectory, temporaryDirectory } from './counted-directory.ts';
import { runCommand, runCommandWith } from './run-command.ts';
import { auditOf, editWindow, first, mayHaveExpired, minute, place, second } from './audited-directory.ts';

describe('npm run audit', () => {
  it('finds no differences in a correct directory, for all customers', async () => {
    const directory = await countedDirectory(first, second, { ...second, customerId: 'cus-%other' });
    const { exitCode, stdout, stderr } = await runCommand('audit', '--data-dir', directory);
    expect(stdout).toBe('Read: 2 minutes, 4 hours and days, 2 customers and 3 batches.\nNo differences.\n');
    expect(stderr).toContain('Batches     3');
    expect(exitCode).toBe(0);
  });

  it('audits only one customer', async () => {
    const directory = await countedDirectory(
      { ...first, isCounted: false },
      { ...second, customerId: 'CUS-axon' },
    );
    const ofOther = await auditOf(directory, '--customer', 'CUS-axon');
    expect(ofOther.whole).toMatchObject({ windows: 1, batches: 1, differences: 0 });
    expect((await auditOf(directory, '--customer', 'cus-axon')).exitCode).toBe(1);
  });

  it('reports a damaged tombstone, and goes on with other customers', async () => {
    const directory = await countedDirectory(first, { ...second, customerId: 'cus-other', isCounted: false });
    await mkdir(place(directory, 'forgotten'), { recursive: true });
    await writeFile(place(directory, 'forgotten/cus-axon'), '{"formatVersion":1');
    const { exitCode, stdout } = await runCommand('audit', '--data-dir', directory, '--pending-seconds', '0');
    expect(stdout).toContain(
      'UNREADABLE  forgotten/cus-axon\n  A tombstone is damaged: it is not JSON.\nMISSING     cus-other 2025-12-28T18:03:00Z',
    );
    expect(exitCode).toBe(1);
  });

  it('reports a batch that is not counted, but not a young one', async () => {
    const directory = await countedDirectory(first, { ...second, isCounted: false });
    const { exitCode, findings } = await auditOf(directory);
    expect(exitCode).toBe(1);
    expect(findings).toEqual([
      {
        kind: 'partials-missing',
        key: minute,
        customerId: 'cus-axon',
        windowStart: '2025-12-28T18:03:00Z',
        partials: 1,
        requests: 1,
        batches: ['batches/cus-axon/k-second'],
      },
    ]);
    const young = await runCommand('audit', '--data-dir', directory);
    expect(young.stdout).toContain('Not counted yet: 1 partial of young batches.\nNo differences.');
    expect(young.exitCode).toBe(0);
  });

  it('reports a batch that is no longer young, and one with a date in the future', async () => {
    const directory = await countedDirectory(
      { ...first, isCounted: false, storedSecondsAgo: 181 },
      { ...second, isCounted: false, storedSecondsAgo: -3_600 },
    );
    const { exitCode, stdout } = await runCommand('audit', '--data-dir', directory);
    expect(stdout).toContain('MISSING     cus-axon 2025-12-28T18:03:00Z: 3 requests in 2 partials');
    expect(exitCode).toBe(1);
  });

  it('reports a window whose counts were changed', async () => {
    const directory = await countedDirectory(first, second);
    await editWindow(directory, (window) => ({
      ...window,
      requests: 4,
      counts: {
        ...window.counts,
        requestsByPath: new Map([
          ['GET /a', 3],
          ['GET /c', 1],
        ]),
      },
    }));
    const { exitCode, findings } = await auditOf(directory);
    expect(exitCode).toBe(1);
    expect(findings).toMatchObject([
      {
        kind: 'counts-differ',
        details: [
          'requests: is 4, should be 3',
          'requestsByPath "GET /a": is 3, should be 2',
          'requestsByPath "GET /c": is 1, should be 0',
          'requestsByPath "GET /b": is 0, should be 1',
        ],
      },
    ]);
  });

  it('lists a window without any batch', async () => {
    const directory = await countedDirectory(first);
    await rm(place(directory, 'batches'), { recursive: true });
    const { findings } = await auditOf(directory, ...mayHaveExpired);
    expect(findings).toMatchObject([{ kind: 'not-auditable', partials: 1 }]);
  });

  it('needs an existing data directory, and creates none', async () => {
    const directory = join(await temporaryDirectory(), 'none');
    for (const args of [[], ['--repair']]) {
      const { exitCode, stderr } = await runCommand('audit', '--data-dir', directory, ...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`There is no data directory at ${directory}`);
    }
    await expect(stat(directory)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['--colour'],
    ['--customer', '..'],
    ['--remove-foreign'],
    ['--raw-batch-days', 'few'],
    ['--pending-seconds', 'soon'],
    ['everything'],
  ])('exits with 2 when it is given %s', async (...args) => {
    const { exitCode, stderr } = await runCommand('audit', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('See --help.');
  });

  it('explains itself', async () => {
    const { exitCode, stdout } = await runCommand('audit', '--help');
    expect(exitCode).toBe(0);
    for (const option of ['customer', 'data-dir', 'pending-seconds', 'repair', 'json', 'help']) {
      expect(stdout).toContain(`--${option}`);
    }
  });

  it('takes the directory from the environment, and leaves no temporary file', async () => {
    const directory = await countedDirectory(first);
    const temporary = await temporaryDirectory();
    const env = { DATA_DIR: directory, TMPDIR: temporary, TEMP: temporary };
    expect(await runCommandWith(env, 'audit')).toMatchObject({ exitCode: 0 });
    expect((await readdir(temporary)).filter((name) => name.startsWith('log-analytics-'))).toEqual([]);
  });
});
