import { rm } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { awsEnvironment } from '../aws/environment.ts';
import { startFaultProxy, type PassingRequest } from '../aws/fault-proxy.ts';
import { startIdentityServer } from '../aws/identity-server.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { minuteKey } from '../../lib/domain/keys.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { customer, windowStart } from '../factories.ts';
import { auditOf, editWindow, first, minute, place, readWindow, second } from './audited-directory.ts';
import { countedDirectory, countedObjects } from './counted-directory.ts';
import { jsonLines, runCommand, runCommandWith } from './run-command.ts';

const bucket = 'log-analytics-pipeline-prod-123456789012-us-east-1';
const required = ['--customer', 'cus-axon', '--from', '2025-12-28T00:00:00Z'];
const templates = { PATH_TEMPLATES: '/:any' };

async function recount(directory: string, ...args: readonly string[]) {
  const end = await runCommandWith(templates, 'recount', ...required, '--data-dir', directory, ...args);
  return { ...end, lines: args.includes('--json') ? jsonLines(end) : [] };
}

const pathsIn = async (directory: string) =>
  Object.fromEntries((await readWindow(directory)).counts.requestsByPath);

describe('npm run recount', () => {
  it('recounts the minutes of a directory that no pipeline uses, and has nothing to do again', async () => {
    const directory = await countedDirectory(first, second);
    const { stdout, stderr, exitCode } = await recount(directory);
    expect({ stdout, exitCode }).toEqual({
      stdout: 'Read: 1 minute, of which 1 recounted.\n',
      exitCode: 0,
    });
    expect(stderr).toContain('Writing     1');
    expect(await pathsIn(directory)).toEqual({ 'GET /:any': 3 });
    expect((await readWindow(directory)).recounted).toMatchObject({ partials: 2 });
    expect((await recount(directory, '--json')).lines).toMatchObject([
      { kind: 'recounted', recounted: 0, left: 0 },
    ]);
  });

  it('leaves a window without its raw batches as it is, and lists it', async () => {
    const directory = await countedDirectory(first, second);
    await rm(place(directory, 'batches/cus-axon/k-first'));
    const { stdout, exitCode } = await recount(directory);
    expect(stdout).toBe(
      `left as it is  ${minute}: the raw batches of 1 partial are gone\n` +
        'Read: 1 minute, of which 0 recounted.\nLeft as they are: 1.\n',
    );
    expect(exitCode).toBe(0);
    expect(Object.keys(await pathsIn(directory))).toEqual(['GET /a', 'GET /b']);
  });

  it('exits with 1 where a batch of earlier rules is not counted, and no pipeline runs that could', async () => {
    const directory = await countedDirectory(first, { ...second, isCounted: false });
    const { stdout, exitCode } = await recount(directory);
    expect(stdout).toContain('Not counted yet: 1 partial of earlier rules. Run the command again later.');
    expect(exitCode).toBe(1);
    expect(await pathsIn(directory)).toEqual({ 'GET /:any': 2 });
  });

  it('exits with 1 where a window is not the sum of its batches, and after a repair recounts it', async () => {
    const directory = await countedDirectory(first, second);
    await editWindow(directory, (window) => ({ ...window, requests: 7 }));
    expect(await recount(directory)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining(`DIFFERS        ${minute}`) as string,
    });
    expect((await auditOf(directory, '--repair')).exitCode).toBe(0);
    expect((await recount(directory)).exitCode).toBe(0);
  });

  it('is repaired by the rules of the audit where its counts are damaged, and keeps its ids', async () => {
    const directory = await countedDirectory(first, second);
    await recount(directory);
    const { partialIds } = await readWindow(directory);
    await editWindow(directory, (window) => ({ ...window, requests: 7 }));
    const repair = ['--data-dir', directory, '--pending-seconds', '0', '--repair'];
    const end = await runCommandWith(templates, 'audit', ...repair);
    expect(end.stdout).toContain('1 difference, all repaired.');
    expect(await readWindow(directory)).toMatchObject({
      requests: 3,
      partialIds,
      recounted: { partials: 2 },
    });
    expect(await pathsIn(directory)).toEqual({ 'GET /:any': 3 });
    // An audit by other rules repairs it by those.
    await editWindow(directory, (window) => ({ ...window, requests: 7 }));
    expect((await auditOf(directory, '--repair')).exitCode).toBe(0);
    expect(await pathsIn(directory)).toEqual({ 'GET /a': 2, 'GET /b': 1 });
    expect((await auditOf(directory)).findings).toEqual([]);
  });

  it.each([
    [['--from', '2025-12-28T00:00:00Z'], 'recount needs a customer and a first instant'],
    [['--customer', 'cus-axon'], 'recount needs a customer and a first instant'],
    [[...required, '--to', '2025-12-27T00:00:00Z'], '--from must be before --to'],
    [['--customer', 'cus-axon', '--from', 'yesterday'], '--from must be an RFC 3339 instant'],
    [[...required, 'more'], 'recount takes no "more"'],
  ])('exits with 2 when it is given %j', async (args, message) => {
    expect(await runCommand('recount', ...args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message) as string,
    });
  });

  it('exits with 2 where there is nothing', async () => {
    const directory = await countedDirectory({ ...first, customerId: 'cus-other' });
    expect(await recount(directory)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('There are no minutes of the customer cus-axon') as string,
    });
  });

  it('recounts a deployed pipeline, with conditional writes', async () => {
    const objects = await countedObjects(first, second);
    const server = await startS3Server(bucket, objects);
    const writes: PassingRequest[] = [];
    const s3 = await startFaultProxy(server.endpoint, (request) => {
      if (request.method === 'PUT') writes.push(request);
      return undefined;
    });
    const identity = await startIdentityServer('123456789012');
    onTestFinished(async () => {
      for (const each of [s3, server, identity]) await each.close();
    });
    const environment = { ...awsEnvironment({ S3: s3, STS: identity }), ...templates };
    const { exitCode } = await runCommandWith(environment, 'recount', ...required, '--stage', 'prod');
    expect(exitCode).toBe(0);
    expect(writes).toHaveLength(1);
    expect(writes[0]?.headers['if-match']).toMatch(/^".+"$/);
    const object = await objects.get(minuteKey(customer(), windowStart()));
    expect(object && Object.fromEntries(decodeWindow(object.body).counts.requestsByPath)).toEqual({
      'GET /:any': 3,
    });
  });
});

it('says so where the newest batch was counted by other rules', async () => {
  const directory = await countedDirectory(first);
  const other = await recount(directory);
  expect(other.stderr).toContain('The newest batch of the customer was counted by other rules');
  const end = await runCommand('recount', ...required, '--data-dir', directory);
  expect(end.stderr).not.toContain('counted by other rules');
});
