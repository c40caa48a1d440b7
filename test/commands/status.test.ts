import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answeringServer, type Answer } from '../answering-server.ts';
import { temporaryDirectory } from './counted-directory.ts';
import { jsonLines, runCommand } from './run-command.ts';

const metrics = [
  'log_analytics_disk_free_bytes 82696966144',
  'log_analytics_stream_backlog_records{stream="insights"} 1204',
  'log_analytics_stream_backlog_records{stream="late"} 3',
  'log_analytics_oldest_uncounted_age_seconds{step="count"} 12.34',
  'log_analytics_oldest_uncounted_age_seconds{step="roll-up"} 0',
  'log_analytics_batches_ingested_total 3200',
].join('\n');

/** Starts a pipeline that answers this on its routes, and 404 on others. */
async function pipelineWith(routes: Readonly<Record<string, Answer | undefined>>) {
  return answeringServer(({ path }) => routes[path] ?? { status: 404 });
}

const healthy = { status: 200, body: { status: 'ok' } };
const running = {
  '/health': healthy,
  '/metrics': { status: 200, text: metrics },
  '/customers': { status: 200, body: { customers: ['cus-a', 'cus-b'], nextToken: 't/1' } },
  '/customers?nextToken=t%2F1': { status: 200, body: { customers: ['cus-c'] } },
};

async function dataDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'objects'));
  await writeFile(join(directory, 'format.json'), '{"formatVersion":1}\n');
  await writeFile(join(directory, 'objects/one'), Buffer.alloc(100_000));
  return directory;
}

describe('npm run status', () => {
  it('shows the state of a running pipeline', async () => {
    const { url } = await pipelineWith(running);
    const { exitCode, stdout } = await runCommand('status', '--url', url.href, '--data-dir', '/nowhere');
    expect(stdout.split('\n').map((line) => line.replace(/ +/, ' '))).toEqual([
      `Pipeline running at ${url.origin}`,
      'Backlog 1,207 records wait to be counted (insights 1,204, late 3)',
      'Oldest the oldest uncounted batch has waited 12.3 s',
      'Customers 3: cus-a, cus-b, cus-c',
      'Disk 82.7 GB free on the disk',
      'Data no data directory at /nowhere on this machine; --data-dir names another one',
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  it('prints the same as JSON', async () => {
    const { url } = await pipelineWith(running);
    const directory = await dataDirectory();
    const end = await runCommand('status', '--url', url.href, '--data-dir', directory, '--json');
    expect(jsonLines(end)).toMatchObject([
      {
        isRunning: true,
        pipeline: {
          backlog: { insights: 1_204, late: 3 },
          oldestUncountedSeconds: 12.34,
          oldestNotRolledUpSeconds: 0,
          customers: ['cus-a', 'cus-b', 'cus-c'],
          freeBytes: 82_696_966_144,
        },
        directory: { path: directory },
      },
    ]);
    expect(end.exitCode).toBe(0);
  });

  it('ends with 1 if nothing listens, and still shows the data directory', async () => {
    const directory = await dataDirectory();
    const owner = { pid: process.pid, since: '2025-12-28T18:03:07.000Z', description: 'an emulator' };
    await writeFile(join(directory, 'owner.json'), JSON.stringify(owner));
    const { exitCode, stdout } = await runCommand(
      'status',
      '--url',
      'http://127.0.0.1:1',
      '--data-dir',
      directory,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      'NOT running at http://127.0.0.1:1: nothing listens there. Start one with npm start\n',
    );
    expect(stdout).toMatch(/\nDisk +1\d\d\.\d kB used\n/);
    expect(stdout).toContain(
      `${directory}, in use by process ${process.pid} since 2025-12-28T18:03:07.000Z: does it listen`,
    );
  });

  it('ends with 1 if the pipeline cannot store batches', async () => {
    const { url } = await pipelineWith({ ...running, '/health': { status: 503 } });
    const { exitCode, stdout } = await runCommand('status', '--url', url.href);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('GET /health answered 503');
    expect(stdout).toContain('1,207 records wait');
  });

  it('says what a deployed pipeline does not report, and sends only the given headers', async () => {
    const { url, received } = await pipelineWith({ '/health': healthy });
    const args = ['--url', url.href, '--header', 'authorization: Bearer s3cret', '--data-dir', '/nowhere'];
    const { exitCode, stdout } = await runCommand('status', ...args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Backlog +not known: the pipeline does not say\n/);
    expect(stdout).toMatch(/Customers +not known/);
    expect(stdout).not.toContain('s3cret');
    expect(received.map(({ headers }) => headers.authorization)).toEqual(received.map(() => 'Bearer s3cret'));
  });
});
