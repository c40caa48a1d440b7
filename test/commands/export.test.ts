import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { answeringServer, type Answer } from '../answering-server.ts';
import { freePorts } from '../e2e/free-ports.ts';
import { temporaryDirectory } from './counted-directory.ts';
import { runCommand } from './run-command.ts';

const window = (hour: string, requestsByPath: Readonly<Record<string, number>>) => ({
  customerId: 'cus-axon',
  windowSize: 'hour',
  windowStart: `2025-12-28T${hour}:00:00Z`,
  requests: Object.values(requestsByPath).reduce((sum, requests) => sum + requests, 0),
  requestsByPath,
  requestsByUserAgent: {},
  requestsByStatus: { 404: 1 },
  complete: hour === '18',
});
const windows = [window('18', { 'GET /a;=b': 3 }), window('19', { 'GET /': 2, 'POST /ü': 1 })];
const header = 'windowStart,windowSize,complete,dimension,key,requests,countedThrough\r\n';
const counted = { 'x-counted-through': '2025-12-28T19:30:00.000Z' };

/** A pipeline with a window on each of two pages. */
async function pipeline(failures: readonly Answer[] = []) {
  const left = [...failures];
  return answeringServer(({ path }) => {
    const { searchParams } = new URL(path, 'http://localhost');
    const isSecond = searchParams.get('nextToken') === 't/2';
    const failure = isSecond ? left.shift() : undefined;
    if (failure !== undefined) return failure;
    const format = searchParams.get('format');
    const link = isSecond ? {} : { link: `</aggregates?format=${format}&nextToken=t%2F2>; rel="next"` };
    const line = JSON.stringify(windows[isSecond ? 1 : 0]);
    const text = format === 'csv' ? `${header}row ${isSecond ? 2 : 1}\r\n` : `${line}\n`;
    return { status: 200, headers: { ...counted, ...link }, text };
  });
}

describe('npm run export', () => {
  it('asks for the windows of the customer, page by page, and writes one table of CSV', async () => {
    const { url, received } = await pipeline();
    const range = ['--from', '2025-12-28T18:00:00Z', '--to', '2025-12-28T20:00:00Z', '--top', '5'];
    const end = await runCommand('export', '--url', url.href, '--customer', 'cus-axon', ...range);
    expect(end).toMatchObject({ exitCode: 0, stdout: `${header}row 1\r\nrow 2\r\n` });
    expect(end.stderr).toContain(
      'Exported 2 rows. Everything that was accepted before 2025-12-28T19:30:00.000Z is in them.',
    );
    const asked = received.map(({ path }) => Object.fromEntries(new URL(path, url).searchParams));
    expect(asked).toEqual([
      { window: 'hour', format: 'csv', from: range[1], to: range[3], top: '5' },
      { format: 'csv', nextToken: 't/2' },
    ]);
    expect(received.map(({ headers }) => headers['x-customer-id'])).toEqual(['cus-axon', 'cus-axon']);
  });

  it('writes NDJSON to a file, which has its name once it is whole', async () => {
    const { url } = await pipeline();
    const output = join(await temporaryDirectory(), 'windows.ndjson');
    const end = await runCommand('export', '--url', url.href, '--format', 'ndjson', '--output', output);
    expect(end).toMatchObject({ exitCode: 0, stdout: '' });
    const lines = (await readFile(output, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(windows);
    await expect(access(`${output}.part`)).rejects.toThrow(/ENOENT/);
  });

  it('writes Parquet that has a row for each key, with keys unchanged', async () => {
    const { url } = await pipeline();
    const output = join(await temporaryDirectory(), 'windows.parquet');
    const end = await runCommand('export', '--url', url.href, '--format', 'parquet', '--output', output);
    expect(end.exitCode).toBe(0);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(output) });
    const ofFirst = {
      windowStart: new Date('2025-12-28T18:00:00Z'),
      windowSize: 'hour',
      complete: true,
      countedThrough: new Date('2025-12-28T19:30:00Z'),
    };
    const noFacts = {
      bytes: null,
      durationMs: null,
      p50Ms: null,
      p95Ms: null,
      p99Ms: null,
      visitors: null,
      durationRequests: null,
    };
    expect(rows.slice(0, 3)).toEqual([
      { ...ofFirst, ...noFacts, dimension: 'total', key: '', requests: 3n },
      { ...ofFirst, ...noFacts, dimension: 'path', key: 'GET /a;=b', requests: 3n },
      { ...ofFirst, ...noFacts, dimension: 'status', key: '404', requests: 1n },
    ]);
    expect(rows.slice(3).map((row): unknown[] => [row['dimension'], row['key']])).toEqual([
      ['total', ''],
      ['path', 'GET /'],
      ['path', 'POST /ü'],
      ['status', '404'],
    ]);
  });

  it('writes Parquet that has the sums of facts, for all requests and for each path', async () => {
    const facts = {
      bytes: Number.MAX_SAFE_INTEGER,
      duration: { requests: 3, sumMs: 41, p50Ms: 10, p95Ms: 21.5, p99Ms: 30 },
      visitors: 2,
      bytesByPath: { 'GET /': 7 },
      durationMsByPath: { __proto__: 3, 'GET /': 38 },
    };
    const paths = JSON.parse('{"GET /":2,"__proto__":1}') as Record<string, number>;
    const line = JSON.stringify({ ...window('18', paths), ...facts }).replace(
      '"durationMsByPath":{',
      '"durationMsByPath":{"__proto__":3,',
    );
    const { url } = await answeringServer(() => ({ status: 200, headers: counted, text: `${line}\n` }));
    const output = join(await temporaryDirectory(), 'windows.parquet');
    const end = await runCommand('export', '--url', url.href, '--format', 'parquet', '--output', output);
    expect(end.exitCode).toBe(0);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(output) });
    const columns = ['key', 'bytes', 'durationMs', 'p50Ms', 'p95Ms', 'p99Ms', 'visitors', 'durationRequests'];
    expect(rows.map((row) => columns.map((column): unknown => row[column]))).toEqual([
      ['', BigInt(Number.MAX_SAFE_INTEGER), 41n, 10, 21.5, 30, 2n, 3n],
      ['GET /', 7n, 38n, null, null, null, null, null],
      ['__proto__', 0n, 3n, null, null, null, null, null],
      ['404', null, null, null, null, null, null, null],
    ]);
  });

  it('repeats a page that fails', async () => {
    const { url } = await pipeline([{ status: 503, headers: { 'retry-after': '0' } }]);
    const { exitCode, stdout } = await runCommand('export', '--url', url.href);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${header}row 1\r\nrow 2\r\n` });
  });

  it('leaves no file that looks whole where the pipeline refuses', async () => {
    const refusal = { errorCode: 'QRY_1000', errorDescription: 'The query is not valid.' };
    const { url } = await pipeline([{ status: 400, body: refusal }]);
    const output = join(await temporaryDirectory(), 'windows.csv');
    const end = await runCommand('export', '--url', url.href, '--output', output);
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain(
      'QRY_1000 The query is not valid.\nThe export is incomplete. Run the command again.',
    );
    await expect(access(output)).rejects.toThrow(/ENOENT/);
  });

  it('soon says what to do if no pipeline is running', async () => {
    const [port] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const end = await runCommand('export', '--url', url, '--wait-for-start', '1');
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain(
      `No pipeline is running at ${url}: it refused connections for 1 s. Start one with npm start,`,
    );
  });

  it.each(['csv', 'parquet'])('says which file of %s cannot be written, without a stack', async (format) => {
    const { url } = await pipeline();
    const output = join(await temporaryDirectory(), 'missing', `windows.${format}`);
    const end = await runCommand('export', '--url', url.href, '--format', format, '--output', output);
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toContain(`${output} cannot be written: ENOENT`);
    expect(end.stderr).toContain('Name another file with --output.\n');
  });

  it('needs a file for Parquet', async () => {
    const end = await runCommand('export', '--format', 'parquet');
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toContain('--output <path>');
  });
});
