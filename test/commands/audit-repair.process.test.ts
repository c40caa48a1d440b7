import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { acquireOwnerLock } from '../../local-store/owner-lock.ts';
import { sentEntry } from '../factories.ts';
import { countedDirectory } from './counted-directory.ts';
import { runCommand } from './run-command.ts';
import {
  auditOf,
  day,
  editWindow,
  first,
  hour,
  mayHaveExpired,
  minute,
  place,
  readWindow,
  second,
} from './audited-directory.ts';

describe('npm run audit -- --repair', () => {
  it('lists windows whose raw batches are gone as not auditable, and leaves their counts as they are', async () => {
    const directory = await countedDirectory(first, second);
    await rm(place(directory, 'batches/cus-axon/k-first'));
    await editWindow(directory, (window) => ({ ...window, requests: 99 }));
    const { exitCode, findings, whole } = await auditOf(directory, '--repair', ...mayHaveExpired);
    expect(findings[0]).toMatchObject({ kind: 'not-auditable', key: minute, partials: 1 });
    // Its hour is the sum of the minutes that are left.
    expect(findings.slice(1)).toMatchObject([
      { kind: 'roll-up-differs', details: ['requests: is 3, should be 99'] },
      { kind: 'repaired', key: hour },
      { kind: 'repaired', key: day },
    ]);
    expect(whole).toMatchObject({ notAuditable: 1, unrepaired: 0 });
    expect(exitCode).toBe(0);
    expect((await readWindow(directory)).requests).toBe(99);
  });

  it('finds a missing batch also in a window that is not auditable, and adds it', async () => {
    const directory = await countedDirectory(first, second, { ...second, key: 'third', isCounted: false });
    await rm(place(directory, 'batches/cus-axon/k-first'));
    const args = ['--data-dir', directory, '--pending-seconds', '0', ...mayHaveExpired];
    const asText = await runCommand('audit', ...args);
    expect(asText.stdout).toContain('Not auditable: 1 window.\n1 difference.\n');
    expect(asText.exitCode).toBe(1);

    const { exitCode, findings, whole } = await auditOf(directory, '--repair', ...mayHaveExpired);
    expect(findings).toMatchObject([
      { kind: 'not-auditable', key: minute, partials: 1 },
      { kind: 'partials-missing', key: minute, batches: ['batches/cus-axon/k-third'] },
      { kind: 'repaired', key: minute, requests: 4 },
      { kind: 'repaired', key: hour, requests: 4 },
      { kind: 'repaired', key: day, requests: 4 },
    ]);
    expect(whole).toMatchObject({ notAuditable: 1, differences: 1, unrepaired: 0 });
    expect(exitCode).toBe(0);
    const again = await auditOf(directory, ...mayHaveExpired);
    expect(again).toMatchObject({ exitCode: 0, findings: [{ kind: 'not-auditable' }] });
  });

  it('reports a partial that no stored batch has, where raw batches are kept, and removes it when asked to', async () => {
    const directory = await countedDirectory(first, second);
    await rm(place(directory, 'batches/cus-axon/k-first'));
    const asText = await runCommand('audit', '--data-dir', directory, '--pending-seconds', '0');
    expect(asText.stdout).toContain(
      'FOREIGN     cus-axon 2025-12-28T18:03:00Z: 1 partial of no stored batch\n',
    );
    expect(asText.exitCode).toBe(1);
    const { exitCode, findings } = await auditOf(directory, '--repair', '--remove-foreign');
    expect(findings).toMatchObject([
      { kind: 'partials-foreign', key: minute, partials: 1 },
      { kind: 'repaired', key: minute, requests: 1 },
      { kind: 'repaired', key: hour },
      { kind: 'repaired', key: day },
    ]);
    expect(exitCode).toBe(0);
    expect(await auditOf(directory)).toMatchObject({ exitCode: 0, findings: [] });
  });

  it('reports damaged objects, goes on, and leaves them as they are', async () => {
    const later = sentEntry({ receivedAt: '2025-12-28T18:04:07Z' });
    const directory = await countedDirectory(
      first,
      { key: 'k2', entries: [later] },
      {
        key: 'k3',
        entries: [sentEntry({ receivedAt: '2025-12-28T18:05:07Z' })],
        isCounted: false,
      },
    );
    const window = place(directory, minute);
    await truncate(window, (await stat(window)).size - 40);
    const batch = place(directory, 'batches/cus-axon/k-k2');
    await truncate(batch, (await stat(batch)).size - 10);
    await writeFile(place(directory, 'batches/cus-axon/k-stray'), 'a stray file\n');
    const damaged = await readFile(window);

    const { exitCode, findings } = await auditOf(directory, '--repair');
    expect(exitCode).toBe(1);
    expect(findings).toEqual(
      expect.arrayContaining([
        { kind: 'window-unreadable', key: minute, reason: 'A window is damaged: it ends too early.' },
        expect.objectContaining({ kind: 'batch-disagrees', key: 'batches/cus-axon/k-k2' }),
        expect.objectContaining({ kind: 'batch-unreadable', key: 'batches/cus-axon/k-stray' }),
        expect.objectContaining({ kind: 'partials-missing', batches: ['batches/cus-axon/k-k3'] }),
        expect.objectContaining({ kind: 'repaired' }),
        {
          kind: 'not-repaired',
          key: hour,
          reason: expect.stringMatching(/^The window .+ has no end|damaged/) as unknown,
        },
      ]),
    );
    expect(findings).toHaveLength(6);
    expect(await readFile(window)).toEqual(damaged);
  });

  it('repairs missing and wrong counts, keeps the ids and raises the revision', async () => {
    const directory = await countedDirectory(
      first,
      { ...second, isCounted: false },
      {
        key: 'elsewhere',
        entries: [sentEntry({ receivedAt: '2025-12-28T18:04:07Z' })],
      },
    );
    await editWindow(directory, (window) => ({ ...window, requests: 7, batches: 9, lateRequests: 0 }));
    await rm(place(directory, minute.replace('03.json', '04.json')));
    const before = await readWindow(directory);

    const repaired = await auditOf(directory, '--repair');
    expect(repaired.exitCode).toBe(0);
    expect(repaired.whole).toMatchObject({ differences: 3, unrepaired: 0 });
    const after = await readWindow(directory);
    expect(after).toMatchObject({ requests: 3, batches: 2, lateRequests: 3, revision: before.revision + 1 });
    expect(after.counts.requestsByPath).toEqual(
      new Map([
        ['GET /a', 2],
        ['GET /b', 1],
      ]),
    );
    expect(after.partialIds.subarray(0, before.partialIds.length)).toEqual(before.partialIds);
    expect(await auditOf(directory)).toMatchObject({ exitCode: 0, findings: [] });
  });

  it('reports hours and days that are missing or wrong, and recomputes them', async () => {
    const directory = await countedDirectory(first, {
      key: 'other',
      entries: [sentEntry({ receivedAt: '2025-12-29T18:04:07Z' })],
    });
    const wrong = (await readFile(place(directory, hour), 'utf8')).replace('"GET /a":1', '"GET /a":3');
    await writeFile(place(directory, hour), wrong);
    const missing = day.replace('28.json', '29.json');
    await rm(place(directory, missing));

    const { exitCode, findings } = await auditOf(directory);
    expect(exitCode).toBe(1);
    const named = { customerId: 'cus-axon' };
    expect(findings).toEqual([
      {
        ...named,
        kind: 'roll-up-differs',
        key: hour,
        windowSize: 'hour',
        windowStart: '2025-12-28T18:00:00Z',
        details: ['requestsByPath "GET /a": is 3, should be 1'],
      },
      {
        ...named,
        kind: 'roll-up-missing',
        key: missing,
        windowSize: 'day',
        windowStart: '2025-12-29T00:00:00Z',
        requests: 1,
      },
    ]);
    const asText = await runCommand('audit', '--data-dir', directory, '--pending-seconds', '0');
    expect(asText.stdout).toContain('DIFFERS     cus-axon hour of 2025-12-28T18:00:00Z\n');
    expect(asText.stdout).toContain('MISSING     cus-axon day of 2025-12-29T00:00:00Z: 1 request\n');
    // A minute that was just written may not be rolled up yet.
    const young = await runCommand('audit', '--data-dir', directory);
    expect(young.stdout).toContain(
      'Not rolled up yet: 3 hours and days.\nNot indexed yet: 1 customer.\nNo differences.',
    );

    expect((await auditOf(directory, '--repair')).whole).toMatchObject({ differences: 2, unrepaired: 0 });
    expect(await auditOf(directory)).toMatchObject({ exitCode: 0, findings: [] });
  });

  it('refuses to repair a directory that somebody owns, and says who', async () => {
    const directory = await countedDirectory(first, { ...second, isCounted: false });
    const lock = await acquireOwnerLock(directory, 'a test');
    const before = await readFile(place(directory, minute));
    const { exitCode, stderr } = await auditOf(directory, '--repair');
    await lock.release();
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`in use by process ${process.pid} (a test)`);
    expect(await readFile(place(directory, minute))).toEqual(before);
  });
});
