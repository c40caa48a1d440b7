import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { runCommand, startCommand } from '../run-command.ts';
import { freePorts } from '../../e2e/free-ports.ts';
import { startPipeline, text, to, writeLog } from './shipped-log.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  ({ directory, path } = await writeLog());
});

describe('npm run ship', () => {
  it('goes on when the pipeline is overloaded for a while', async () => {
    let requests = 0;
    const pipeline = await startPipeline(() =>
      ++requests % 2 === 1 ? { status: 503, headers: { 'retry-after': '0' } } : undefined,
    );
    const { exitCode } = await runCommand('ship', ...to(pipeline.url), '--concurrency', '1', path);
    expect(exitCode).toBe(0);
    expect(pipeline.entries()).toHaveLength(2_500);
    expect(requests).toBe(10); // each of five twice: the look for an earlier key, three batches, and the counts
  });

  it('exits with 1 if it could not send all entries, and says how many', async () => {
    const pipeline = await startPipeline(({ body }) =>
      body.includes('/p/1500"') ? { status: 413 } : undefined,
    );
    const args = [...to(pipeline.url), '--concurrency', '1', '--retry-for', '0'];
    const refused = await runCommand('ship', ...args, path);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toMatch(/Entries sent +1,000\n/);
    expect(refused.stdout).toMatch(/Entries NOT sent +1,500\n/);
    expect(refused.stderr).toContain('answered 413');

    const other = await runCommand('ship', ...args, '--keep-query', path);
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toContain('were sent before with other content');
    expect(pipeline.entries()).toHaveLength(1_000);

    const away = await runCommand(
      'ship',
      '--customer',
      'a',
      '--url',
      'http://127.0.0.1:1',
      '--retry-for',
      '0',
      path,
    );
    expect(away.exitCode).toBe(1);
    expect(away.stderr).toMatch(/Gave up after 1 attempt: .* did not answer: .*\nThe same command continues/);
  });

  it('says what to do if no pipeline is running, and waits for one with --wait-for-start', async () => {
    const [port] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const args = ['--customer', 'cus-axon', '--url', url, path];
    const end = await runCommand('ship', '--wait-for-start', '1', ...args);
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain(
      `No pipeline is running at ${url}: it refused connections for 1 s. Start one with npm start, ` +
        'name another one with --url, or wait for it with --wait-for-start <seconds>.\n',
    );
    expect(end.stderr).not.toContain('The same command continues');

    const waiting = startCommand({}, 'ship', '--wait-for-start', '30', '--no-wait', ...args);
    const pipeline = await startPipeline(() => undefined, port);
    expect((await waiting.ended).exitCode).toBe(0);
    expect(pipeline.entries()).toHaveLength(2_500);
  });

  it('exits with 1 for skipped lines with --strict', async () => {
    const pipeline = await startPipeline();
    await appendFile(path, 'garbage\n');
    expect(await runCommand('ship', ...to(pipeline.url), path)).toMatchObject({ exitCode: 0 });
    expect(await runCommand('ship', ...to(pipeline.url), '--strict', path)).toMatchObject({ exitCode: 1 });
  });

  it('says which field a log has nowhere, and exits with 1 for it with --strict', async () => {
    const pipeline = await startPipeline();
    const line = '{"time":"2025-12-28T18:03:07Z","method":"GET","path":"/","result":200}';
    await writeFile(path, `${line}\n`);
    const { exitCode, stdout } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${path}: none of 1 entry has a status.\n`);
    expect(stdout).toContain(`${path}: none of 1 entry has a user agent.\n`);
    expect(await runCommand('ship', ...to(pipeline.url), '--strict', path)).toMatchObject({ exitCode: 1 });
    const named = ['--field', 'status=result', '--field', 'userAgent=path', '--strict', '--dry-run'];
    expect(await runCommand('ship', ...to(pipeline.url), ...named, path)).toMatchObject({ exitCode: 0 });
  });

  it('exits with 2, before it sends anything, for a log that it cannot read or understand', async () => {
    const pipeline = await startPipeline();
    const missing = join(directory, 'missing.log');
    for (const unreadable of [missing, directory]) {
      const { exitCode, stderr } = await runCommand('ship', ...to(pipeline.url), path, unreadable);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${unreadable} cannot be read`);
    }
    await writeFile(missing, 'Dec 28 18:03:07 host sshd[1]: hello\n');
    const { exitCode, stderr } = await runCommand('ship', ...to(pipeline.url), missing);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`No line of ${missing} was understood.`);
    expect(pipeline.received).toEqual([]);
  });

  it('exits with 2 for a compressed log that was cut off, and sends the lines before that; later only the rest', async () => {
    const pipeline = await startPipeline();
    const compressed = gzipSync(text, { level: 0 });
    await writeFile(path, compressed.subarray(0, compressed.length - 1_000));
    const { exitCode, stderr, stdout } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('cannot be read: unexpected end of file');
    const sent = Number(/Entries sent +([\d,]+)\n/.exec(stdout)?.[1]?.replace(',', ''));
    expect(sent).toBeGreaterThan(2_400);
    expect(sent).toBeLessThan(2_500);
    await writeFile(path, compressed);
    const rest = await runCommand('ship', ...to(pipeline.url), path);
    expect(rest).toMatchObject({ exitCode: 0 });
    expect(rest.stdout).toMatch(new RegExp(`Entries sent +${2_500 - sent}\\n`));
  });

  it('reads a log whose first letters are those of bzip2', async () => {
    await writeFile(
      path,
      'BZhost:80 192.0.2.7 - - [28/Dec/2025:18:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n',
    );
    const { exitCode, stdout } = await runCommand('ship', '--customer', 'a', '--dry-run', path);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('"path":"/"')]);
  });

  it.each([
    ['bzip2', 'BZh91AY&SY', 'bzcat'],
    ['xz', '\xfd7zXZ\0', 'xzcat'],
    ['zstd', '\x28\xb5\x2f\xfd', 'zstdcat'],
    ['zip', 'PK\x03\x04', 'unzip -p'],
  ])('exits with 2 for a log in %s, and says what decompresses it', async (_, start, command) => {
    await writeFile(path, Buffer.from(`${start}\n\n`, 'latin1'));
    const { exitCode, stderr } = await runCommand('ship', '--customer', 'a', '--dry-run', path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `${path} cannot be read: its compression is not supported. Decompress it: ${command}`,
    );
  });

  it.each([
    ['with something else behind it', Buffer.from('plain text'), 'incorrect header check'],
    ['with a second one that was cut off', gzipSync(text).subarray(0, 20), 'unexpected end of file'],
  ])('sends the lines of a compressed log %s, and exits with 2', async (_, behind, reason) => {
    const pipeline = await startPipeline();
    await writeFile(path, Buffer.concat([gzipSync(text), behind]));
    const { exitCode, stderr, stdout } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`cannot be read: ${reason}`);
    expect(stdout).toMatch(/Entries sent +2,500\n/);
  });

  it.each([
    [['--colour', 'x']],
    [[]],
    [['--follow', '-', '--customer', 'a']],
    [['--follow', 'a', 'b', '--customer', 'a']],
    [['--customer', '..', 'x']],
    [['--customer', 'a', '--concurrency', '0', 'x']],
    [['--customer', 'a', '--header', 'Idempotency-Key: x', 'x']],
    [['--customer', 'a', '--header', 'no colon', 'x']],
    [['--customer', 'a', '--field', 'x', 'x']],
    [['--customer', 'a', '--format', 'iis', 'x']],
    [['--customer', 'a', '--url', 'ftp://x', 'x']],
    [['--customer', 'a', '--log-format', '$status', 'x']],
    [['--customer', 'a', '--utc-offset', 'CET', 'x']],
    [['--customer', 'a', '--wait-for', '-1', 'x']],
    [['--customer', 'a', '--wait-for', '5', '--no-wait', 'x']],
  ])('exits with 2 when it is given %j', async (args) => {
    const { exitCode, stderr } = await runCommand('ship', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('See --help.');
  });
});
