import { chmod, lstat, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from '../../lib/error-code.ts';
import { Emulator } from './emulator.ts';
import { countedRequests, entry, json, postLogs, rolledUpRequests } from './requests.ts';

/** A shell whose `umask` leaves everything open. */
const carelessShell = ['sh', '-c', 'umask 000; exec "$@"', 'sh'];

let emulator: Emulator;
beforeEach(() => {
  emulator = new Emulator({ under: process.platform === 'win32' ? [] : carelessShell });
});
afterEach(() => emulator.remove());

async function count(customerId: string, requests: number): Promise<void> {
  expect((await postLogs(emulator, { customerId, body: [entry] })).status).toBe(202);
  expect(await countedRequests(emulator, customerId)).toBe(requests);
}

/** Returns everything in the data directory, with its permissions; temporary files come and go meanwhile. */
async function modes(): Promise<[string, string][]> {
  const names = ['', ...(await readdir(emulator.dataDirectory, { recursive: true }))];
  const found = await Promise.all(
    names.map(async (name): Promise<[string, string][]> => {
      try {
        const { mode } = await lstat(join(emulator.dataDirectory, name));
        return [[name, (mode & 0o777).toString(8)]];
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

async function openToOthers(): Promise<string[]> {
  return (await modes()).filter(([, mode]) => mode !== '700' && mode !== '600').map(([name]) => name);
}

describe.runIf(process.platform !== 'win32')('the data directory', () => {
  it('belongs to its owner only, with everything in it, whatever the umask', async () => {
    await emulator.start();
    await count('cus-axon', 1);
    await rolledUpRequests(emulator, 'cus-axon', 1);
    const found = Object.fromEntries(await modes());
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        '',
        'owner.lock',
        'owner.json',
        'format.json',
        'log/data.mdb',
        'log/lock.mdb',
        'objects/.tmp',
        'objects/batches/cus-axon',
        'objects/aggregates/minute/cus-axon/2025/12/28/18/03.json',
        'objects/aggregates/day/cus-axon/2025/12/28.json',
      ]),
    );
    expect(await openToOthers()).toEqual([]);
  });

  it('is taken from others at the start where it was open to them', async () => {
    await emulator.start();
    await count('cus-axon', 1);
    await emulator.end();
    for (const [name, mode] of await modes()) {
      await chmod(join(emulator.dataDirectory, name), mode === '700' ? 0o755 : 0o644);
    }
    await emulator.start();
    expect(await openToOthers()).toEqual([]);
    await count('cus-axon', 1); // the same batch again
    expect(emulator.output).toContain('The data directory was open to other users');
  });

  it('has no links that are followed: 503 for what is behind one, in one line of the log', async () => {
    await emulator.start();
    await count('cus-victim', 1);
    await count('cus-other', 1);
    const own = join(emulator.dataDirectory, 'objects/aggregates/minute/cus-other');
    await rm(own, { recursive: true });
    await symlink(join(emulator.dataDirectory, 'objects/aggregates/minute/cus-victim'), own);
    const headers = { 'x-customer-id': 'cus-other', 'x-request-id': 'behind-a-link' };
    const range = 'from=2025-12-28T18:00:00Z&to=2025-12-28T19:00:00Z';
    const answer = await emulator.http.request(`/aggregates?${range}`, { headers });
    expect(answer.status).toBe(503);
    expect(json(answer)).toMatchObject({ errorCode: 'API_1002' });
    const lines = emulator.output.split('\n').filter((line) => line.includes('behind-a-link'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('is a symbolic link');
    expect(emulator.output).not.toMatch(/"stack"|^\s+at /m);
    expect(await countedRequests(emulator, 'cus-victim')).toBe(1);
  });

  it.each(['objects', 'log', 'owner.lock'])('is not opened where %s in it is a link', async (name) => {
    await emulator.start();
    await emulator.end();
    const place = join(emulator.dataDirectory, name);
    const elsewhere = `${emulator.dataDirectory}-elsewhere`;
    await rename(place, elsewhere);
    await symlink(elsewhere, place);
    await emulator.launch();
    const { exitCode, output } = await emulator.ended;
    expect(exitCode).toBe(1);
    expect(output).toContain(`${place} is a symbolic link`);
    expect(output).not.toMatch(/\n\s+at /);
    await rm(elsewhere, { recursive: true });
  });

  it('may be a link itself', async () => {
    await emulator.start();
    await count('cus-axon', 1);
    await emulator.end();
    const elsewhere = `${emulator.dataDirectory}-elsewhere`;
    await rename(emulator.dataDirectory, elsewhere);
    await symlink(elsewhere, emulator.dataDirectory);
    await emulator.start();
    await count('cus-axon', 1);
    expect(await readdir(elsewhere)).toContain('objects');
    await emulator.end();
    await rm(elsewhere, { recursive: true });
  });
});
