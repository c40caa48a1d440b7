import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, runCommand, runCommandWith, startCommand } from '../run-command.ts';
import { logText } from './sample-log.ts';
import { lines, startPipeline, text, to, writeLog } from './shipped-log.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  ({ directory, path } = await writeLog());
});

describe('npm run ship', () => {
  it('sends a log in batches, and reports the outcome of its lines', async () => {
    const pipeline = await startPipeline();
    await appendFile(path, '::1 - - [28/Dec/2025:18:03:07 +0000] "-" 408 0 "-" "-"\n\n');
    const { exitCode, stdout, stderr } = await runCommand('ship', ...to(pipeline.url), path);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'Lines read 2,502',
      'Entries sent 2,500',
      'Lines without an entry 1',
      'Lines skipped 1',
      ` ${path}:2501 no request was made on the connection`,
      expect.stringMatching(/^In [\d.]+ s, [\d,]+ lines\/s\.$/) as unknown,
      expect.stringMatching(/^All of it was counted [\d.]+ s later\.$/) as unknown,
      'Time range 2025-12-28T18:00Z to 2025-12-28T18:42Z',
      `Dashboard ${pipeline.url.href}?customer=cus-axon&from=2025-12-28T18:00Z&to=2025-12-28T18:42Z`,
      '',
    ]);
    expect(pipeline.entries()).toHaveLength(2_500);
    expect(pipeline.entries()).toContain(
      '{"receivedAt":"2025-12-28T18:00:00+00:00","method":"GET","path":"/p/0","userAgent":"curl/8.7.1","status":200,"bytes":12}',
    );
    expect(pipeline.bodies.size).toBe(3);
  });

  it('sends the same batches from a renamed, a compressed and a piped log, and counts none of them again', async () => {
    const pipeline = await startPipeline();
    await runCommand('ship', ...to(pipeline.url), path);
    const compressed = join(directory, 'access.log.2');
    await writeFile(compressed, Buffer.concat([gzipSync(text.slice(0, 1_000)), gzipSync(text.slice(1_000))]));
    const again = await runCommand('ship', ...to(pipeline.url), compressed, path);
    expect(again.stdout).toMatch(/Entries sent +0\n/);
    expect(again.stdout).toMatch(/Entries sent before +5,000\n/);

    const piped = startCommand({}, 'ship', ...to(pipeline.url), '-');
    piped.stdin.end(gzipSync(text));
    const end = await piped.ended;
    expect(end.exitCode).toBe(0);
    expect(end.stdout).toMatch(/Entries sent before +2,500\n/);
    expect(pipeline.bodies.size).toBe(3);
  });

  it('sends only the lines that were added since', async () => {
    const pipeline = await startPipeline();
    await writeFile(path, logText(lines.slice(0, 1_500)));
    await runCommand('ship', ...to(pipeline.url), path);
    await writeFile(path, text);
    const { exitCode, stdout } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Entries sent +1,000\n/);
    expect(stdout).toMatch(/Entries sent before +1,500\n/);
    expect(new Set(pipeline.entries()).size).toBe(2_500);
  });

  it('prints what it would send, and sends nothing', async () => {
    const pipeline = await startPipeline();
    const end = await runCommand('ship', ...to(pipeline.url), '--dry-run', '--keep-query', path);
    expect(end.exitCode).toBe(0);
    expect(jsonLines(end)).toHaveLength(2_500);
    expect(jsonLines(end)[2]).toMatchObject({ path: '/p/2?secret=1' });
    expect(end.stderr).toMatch(/Entries that would be sent +2,500\n/);
    expect(pipeline.received).toEqual([]);
  });

  it('takes settings from the environment, and never shows a header', async () => {
    const pipeline = await startPipeline(() => ({ status: 401, body: { message: 'Unauthorized' } }));
    const { exitCode, stdout, stderr } = await runCommandWith(
      {
        LOG_URL: pipeline.url.href,
        LOG_CUSTOMER: 'cus-%env',
        LOG_HEADERS: 'authorization: Bearer s3cret\nx-a: b',
      },
      'ship',
      path,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('answered 401: {"message":"Unauthorized"}');
    expect(stdout + stderr).not.toContain('s3cret');
    expect(pipeline.received[0]?.headers).toMatchObject({
      'x-customer-id': 'cus-%env',
      authorization: 'Bearer s3cret',
      'x-a': 'b',
    });
  });

  it('reads lines in a format of its own, and sends addresses only if it is told to', async () => {
    const line = '18:03:07|28/Dec/2025:18:03:07|192.0.2.7|GET /x?a=1 HTTP/1.1|200|curl/8';
    await writeFile(path, `${line}\n`);
    const args = ['--customer', 'a', '--dry-run', '--utc-offset', '+01:00', '--log-format'];
    const format = '$clock|$time_local|$remote_addr|$request|$status|$http_user_agent';
    const end = await runCommand('ship', ...args, format, path);
    const entry = {
      receivedAt: '2025-12-28T18:03:07+01:00',
      method: 'GET',
      path: '/x',
      userAgent: 'curl/8',
      status: 200,
    };
    expect(jsonLines(end)).toEqual([entry]);
    const visitors = await runCommand('ship', ...args, format, '--visitors', path);
    expect(jsonLines(visitors)).toEqual([{ ...entry, clientIp: '192.0.2.7' }]);
  });

  it('goes on under the keys of an earlier version, and says so', async () => {
    const pipeline = await startPipeline();
    const key = 'ship-1-b192fbe32d557187be3648957df7f855-0'; // from test/fixtures/earlier-ship
    const entries = lines.slice(0, 1_000).map((line, index) => {
      const [, clock = ''] = /\[28\/Dec\/2025:(\S+)/.exec(line) ?? [];
      return `{"receivedAt":"2025-12-28T${clock}+00:00","method":"GET","path":"/p/${index}","userAgent":"curl/8.7.1","status":200}`;
    });
    pipeline.bodies.set(key, entries.join('\n'));
    const { exitCode, stdout } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${path} goes on in the form in which an earlier version began to send it.`);
    expect(stdout).toMatch(/Entries sent before +1,000\n/);
    expect([...pipeline.bodies.keys()].every((name) => name.startsWith('ship-1-b192'))).toBe(true);
    expect(pipeline.entries()).toHaveLength(2_500);
  });

  it('explains itself', async () => {
    const { exitCode, stdout } = await runCommand('ship', '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--follow');
  });
});
