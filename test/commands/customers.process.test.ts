import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { acquireOwnerLock } from '../../local-store/owner-lock.ts';
import { awsEnvironment } from '../aws/environment.ts';
import { startFaultProxy, type PassingRequest } from '../aws/fault-proxy.ts';
import { startIdentityServer } from '../aws/identity-server.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { sentEntry } from '../factories.ts';
import { countedDirectory, temporaryDirectory } from './counted-directory.ts';
import { runCommand, runCommandWith } from './run-command.ts';

const bucket = 'log-analytics-pipeline-prod-123456789012-us-east-1';
const own = { key: 'own', entries: [sentEntry({ path: '/a' })] };
const foreign = { key: 'foreign', entries: [sentEntry({ path: '/b' })], customerId: 'cus-other' };
const forget = (directory: string, ...args: readonly string[]) =>
  runCommand('customers', 'forget', 'cus-axon', '--data-dir', directory, ...args);
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('npm run customers -- forget', () => {
  it('shows the data of a customer, and removes it only with --yes', async () => {
    const directory = await countedDirectory(own, foreign);
    const shown = await forget(directory);
    expect(shown).toMatchObject({ exitCode: 0 });
    expect(shown.stdout).toContain(
      'cus-axon has 1 batches, 1 minutes, 2 hours and days, and 0 failed records.',
    );
    expect(shown.stdout).toContain('Nothing was removed.');
    const batch = join(directory, 'objects/batches/cus-axon/k-own');
    expect(await isThere(batch)).toBe(true);

    const removed = await forget(directory, '--yes');
    expect(removed.stdout).toBe(
      'cus-axon is forgotten: 1 batches, 3 windows and 0 failed records were removed.\n',
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

  it('needs an existing data directory, and creates none', async () => {
    const directory = join(await temporaryDirectory(), 'none');
    expect((await forget(directory, '--yes')).stderr).toContain(`There is no data directory at ${directory}`);
    expect(await isThere(directory)).toBe(false);
  });

  it.each([
    [['forget']],
    [['forget', '..']],
    [['forget', 'a', 'b']],
    [['remove', 'a']],
    [['forget', 'a', '--yes', '--dry-run']],
  ])('exits with 2 when it is given %j', async (args) => {
    const { exitCode, stderr } = await runCommand('customers', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('See --help.');
  });

  it('forgets a customer of a deployed pipeline, and names what it removes', async () => {
    const objects = await openObjectDirectory(join(await countedDirectory(own, foreign), 'objects'));
    const server = await startS3Server(bucket, objects);
    const removals: PassingRequest[] = [];
    const s3 = await startFaultProxy(server.endpoint, (request) => {
      if (request.method === 'DELETE') removals.push(request);
      return undefined;
    });
    const identity = await startIdentityServer('123456789012');
    onTestFinished(async () => {
      for (const each of [s3, server, identity, objects]) await each.close();
    });
    const environment = awsEnvironment({ S3: s3, STS: identity });
    const args = ['forget', 'cus-axon', '--stage', 'prod', '--yes'];
    const { exitCode, stdout } = await runCommandWith(environment, 'customers', ...args);
    expect(stdout).toContain(
      'cus-axon is forgotten: 1 batches, 3 windows and 0 failed records were removed.',
    );
    expect(exitCode).toBe(0);
    expect(removals).toHaveLength(4);
    for (const { headers } of removals) expect(headers['if-match']).toMatch(/^".+"$/);
    const keys: string[] = [];
    for await (const key of objects.list('')) keys.push(key);
    expect(keys.filter((key) => key.includes('cus-axon'))).toEqual(['forgotten/cus-axon']);
    expect(keys.filter((key) => key.includes('cus-other'))).toHaveLength(4);
  });

  it('ignores a stray file in the place for requests', async () => {
    const directory = await countedDirectory(own);
    await writeFile(join(directory, 'requests'), 'no folder');
    expect(await forget(directory, '--yes')).toMatchObject({ exitCode: 0 });
    await rm(join(directory, 'requests'));
  });
});
