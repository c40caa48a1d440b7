import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { awsEnvironment } from '../aws/environment.ts';
import { startFaultProxy, type PassingRequest } from '../aws/fault-proxy.ts';
import { startIdentityServer } from '../aws/identity-server.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { countedObjects, temporaryDirectory } from './counted-directory.ts';
import { runCommand, runCommandWith } from './run-command.ts';
import { foreign, forget, isThere, own } from './two-customers.ts';

const bucket = 'log-analytics-pipeline-prod-123456789012-us-east-1';

describe('npm run customers -- forget', () => {
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
    const objects = await countedObjects(own, foreign);
    const server = await startS3Server(bucket, objects);
    const removals: PassingRequest[] = [];
    const s3 = await startFaultProxy(server.endpoint, (request) => {
      if (request.method === 'DELETE') removals.push(request);
      return undefined;
    });
    const identity = await startIdentityServer('123456789012');
    onTestFinished(async () => {
      for (const each of [s3, server, identity]) await each.close();
    });
    const environment = awsEnvironment({ S3: s3, STS: identity });
    const args = ['forget', 'cus-axon', '--stage', 'prod', '--yes'];
    const { exitCode, stdout } = await runCommandWith(environment, 'customers', ...args);
    expect(stdout).toContain(
      'cus-axon is forgotten. Removed: 1 batch, 3 windows, 0 failed records and 0 alerts.',
    );
    expect(exitCode).toBe(0);
    expect(removals).toHaveLength(5); // with the entry of the index
    for (const { headers } of removals) expect(headers['if-match']).toMatch(/^".+"$/);
    const keys: string[] = [];
    for await (const key of objects.list('')) keys.push(key);
    expect(keys.filter((key) => key.includes('cus-axon'))).toEqual(['forgotten/cus-axon']);
    expect(keys.filter((key) => key.includes('cus-other'))).toHaveLength(5);
  });
});
