import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answeringServer, type Answer, type ReceivedRequest } from '../../answering-server.ts';
import { jsonLines, runCommand, runCommandWith, startCommand } from '../run-command.ts';
import { freePorts } from '../../e2e/free-ports.ts';
import { combinedLines, logText } from './sample-log.ts';

const lines = combinedLines(2_500);
const text = logText(lines);
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-analytics-ship-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  path = join(directory, 'access.log');
  await writeFile(path, text);
});

/** The answer of `GET /aggregates/total` when everything is counted. */
const counted = { countedThrough: '2025-12-28T19:00:00.000Z', waiting: 0, complete: true };

/** Starts a server that remembers keys and bodies as the pipeline does, and always answers that everything is counted. */
async function startPipeline(
  answer: (request: ReceivedRequest) => Answer | undefined = () => undefined,
  port = 0,
) {
  const bodies = new Map<string, string>();
  const server = await answeringServer((request) => {
    const special = answer(request);
    if (special !== undefined) return special;
    if (request.path.startsWith('/aggregates/total?')) return { status: 200, body: counted };
    const key = String(request.headers['idempotency-key'] ?? request.path.replace('/batches/', ''));
    const stored = bodies.get(key);
    if (request.method === 'GET') {
      return stored === undefined
        ? { status: 404 }
        : { status: 200, body: { entries: stored.split('\n').length, counted: true } };
    }
    if (stored === undefined) bodies.set(key, request.body);
    return { status: stored === undefined ? 202 : stored === request.body ? 409 : 422 };
  }, port);
  const entries = () => [...bodies.values()].flatMap((body) => body.split('\n'));
  return { ...server, bodies, entries };
}

const to = (url: URL) => ['--customer', 'cus-axon', '--url', url.href];

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
    expect(other.stderr).toContain('was sent before with another content');
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
    expect(away.stderr).toMatch(
      /Gave up after 1 attempts: .* did not answer: .*\nThe same command continues/,
    );
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
    expect(end.stderr).not.toContain('The same command goes on');

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
    expect(stdout).toContain(`${path}: none of its 1 entries has a status.\n`);
    expect(stdout).toContain(`${path}: none of its 1 entries has a user agent.\n`);
    expect(await runCommand('ship', ...to(pipeline.url), '--strict', path)).toMatchObject({ exitCode: 1 });
    const named = ['--field', 'status=result', '--field', 'userAgent=path', '--strict', '--dry-run'];
    expect(await runCommand('ship', ...to(pipeline.url), ...named, path)).toMatchObject({ exitCode: 0 });
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

  it('exits with 2 for a compressed log that was cut off, after sending only whole blocks', async () => {
    const pipeline = await startPipeline();
    const compressed = gzipSync(text, { level: 0 });
    await writeFile(path, compressed.subarray(0, compressed.length - 1_000));
    const { exitCode, stderr, stdout } = await runCommand('ship', ...to(pipeline.url), path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('cannot be read: unexpected end of file');
    expect(stdout).toMatch(/Entries sent +2,000\n/);
    await writeFile(path, compressed);
    expect((await runCommand('ship', ...to(pipeline.url), path)).stdout).toMatch(/Entries sent +500\n/);
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

  it('explains itself', async () => {
    const { exitCode, stdout } = await runCommand('ship', '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--follow');
  });

  describe('when all is accepted', () => {
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
      expect(stderr).toBe('Waiting until 23,401 entries are counted\n');
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
        'Not all of it is counted after 1 s: 23,401 entries still wait. Nothing is lost',
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

  it('finishes its requests when it is interrupted, and has an exit code of its own for that', async () => {
    let interrupt = () => {};
    const pipeline = await startPipeline(() => {
      interrupt();
      return undefined;
    });
    const running = startCommand({}, 'ship', ...to(pipeline.url), '-');
    interrupt = () => {
      interrupt = () => {};
      running.kill('SIGINT');
    };
    running.stdin.write(text);
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).toBe(130);
    const sent = Number(/Entries sent +([\d,]+)\n/.exec(stdout)?.[1]?.replace(',', ''));
    expect(sent).toBe(pipeline.entries().length);
    expect(sent).toBeGreaterThan(0);
  });

  it('follows a log that is rotated, and ends cleanly', async () => {
    await writeFile(path, logText(lines.slice(0, 10)));
    const until = new Map<number, () => void>();
    const pipeline = await startPipeline();
    const reached = (count: number) =>
      new Promise<void>((resolve) => {
        until.set(count, resolve);
      });
    const watch = setInterval(() => {
      for (const [count, resolve] of until) if (pipeline.entries().length >= count) resolve();
    }, 10);
    onTestFinished(() => clearInterval(watch));

    const running = startCommand({}, 'ship', ...to(pipeline.url), '--follow', '--flush-after', '0', path);
    await reached(10);
    await appendFile(path, logText(lines.slice(10, 20)));
    await reached(20);
    await rename(path, `${path}.1`);
    await writeFile(path, logText(lines.slice(20, 30)));
    await reached(30);
    await appendFile(path, `${logText(lines.slice(30, 35))}half a li`);
    await reached(35);
    running.kill('SIGTERM');
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Entries sent +35\n/);
    expect(stdout).toContain('Dashboard   ');
    // It has to stop soon.
    expect(pipeline.received.filter(({ path }) => path.startsWith('/aggregates'))).toEqual([]);

    const again = await runCommand('ship', ...to(pipeline.url), `${path}.1`, path);
    expect(again.stdout).toMatch(/Entries sent +0\n/);
    expect(pipeline.entries()).toHaveLength(35);
  });
});
