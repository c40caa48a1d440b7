import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ReceivedRequest } from '../../answering-server.ts';
import { runCommand, startCommand } from '../run-command.ts';
import { startPipeline, to, writeLog } from './shipped-log.ts';

let path: string;
beforeEach(async () => {
  ({ path } = await writeLog());
});

describe('npm run ship, when all is accepted', () => {
  const waiting = { countedThrough: '2025-12-28T19:00:00.000Z', waiting: 23_401, complete: false };
  const askedForCounts = (received: readonly ReceivedRequest[]) =>
    received.filter(({ path }) => path.startsWith('/aggregates')).length;

  it('waits until it is counted, and says that it does', async () => {
    let asked = 0;
    const pipeline = await startPipeline(({ path }) =>
      path.startsWith('/aggregates') && ++asked <= 3 ? { status: 200, body: waiting } : undefined,
    );
    const { exitCode, stdout, stderr } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/(?:^|\n)Waiting until 23,401 entries are counted\n$/); // a slow machine reports progress before
    expect(stdout).toMatch(/\nAll of it was counted [\d.]+ s later\.\nTime range {2}2025-12-28T18:00Z to /);
    const last = pipeline.received.findLastIndex(({ method }) => method === 'POST');
    expect(askedForCounts(pipeline.received.slice(last))).toBe(4);
    expect(askedForCounts(pipeline.received)).toBe(4);
  });

  it('ends with 3 where it is not counted in time', async () => {
    const pipeline = await startPipeline(({ path }) =>
      path.startsWith('/aggregates') ? { status: 200, body: waiting } : undefined,
    );
    const args = [...to(pipeline.url), '--wait-for', '1'];
    const { exitCode, stdout, stderr } = await runCommand('ship', ...args, path);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(
      'Not all of it is counted after 1 s: 23,401 entries still to count. Nothing is lost',
    );
    expect(stdout).toContain('Dashboard   ');
  });

  it('stops waiting when it is interrupted, and says that nothing is lost', async () => {
    let interrupt = () => {};
    const pipeline = await startPipeline(({ path }) => {
      if (!path.startsWith('/aggregates')) return undefined;
      interrupt();
      return { status: 200, body: waiting };
    });
    const running = startCommand({}, 'ship', ...to(pipeline.url), path);
    interrupt = () => running.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running.ended;
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/Entries sent +2,500\n/);
    expect(stderr).toContain('Stopped waiting. Nothing is lost');
    expect(stdout).toContain('Dashboard   ');
  });

  it.each([
    ['may not read', { status: 403, body: { message: 'Forbidden' } }, 'these credentials may not read'],
    ['asks an older version', { status: 200, body: { complete: true } }, 'this version of the pipeline'],
  ])('ends with 0 where it %s, and says that it cannot check', async (_name, answer, reason) => {
    const pipeline = await startPipeline(({ path, method }) =>
      path.startsWith('/aggregates') || (answer.status === 403 && method === 'GET') ? answer : undefined,
    );
    const { exitCode, stderr } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`Whether all of it is counted cannot be checked: ${reason}`);
  });

  it('asks for each batch if its key may only ingest, and says what it did not check', async () => {
    let asked = 0;
    const pipeline = await startPipeline(({ path }) => {
      if (path.startsWith('/aggregates')) return { status: 403, body: { message: 'Forbidden' } };
      if (path.startsWith('/batches/') && ++asked === 1)
        return { status: 200, body: { entries: 1, counted: false } };
      return undefined;
    });
    const { exitCode, stdout } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /All 3 batches are counted in their minutes after .*may not read counts, so hours and days were not checked/,
    );
    const found = pipeline.received.filter(({ path }) => path.startsWith('/batches/'));
    expect(new Set(found.map(({ path }) => decodeURIComponent(path.slice('/batches/'.length))))).toEqual(
      new Set(pipeline.bodies.keys()),
    );
  });

  it('ends at once with --no-wait, or where nothing was sent', async () => {
    const pipeline = await startPipeline();
    const { exitCode, stdout } = await runCommand('ship', ...to(pipeline.url), '--no-wait', path);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Dashboard   ');
    await writeFile(path, '::1 - - [28/Dec/2025:18:03:07 +0000] "-" 408 0 "-" "-"\n');
    const none = await runCommand('ship', ...to(pipeline.url), path);
    expect(none.exitCode).toBe(0);
    expect(none.stdout).not.toContain('Dashboard');
    expect(askedForCounts(pipeline.received)).toBe(0);
  });
});
