import { describe, expect, it } from 'vitest';
import { createLogReader } from '../../../../lib/domain/log-formats/log-reader.ts';
import { readLog, readOne } from '../read-log.ts';
import { cpuMilliseconds } from '../../../cpu-milliseconds.ts';

const at = '2026-03-04T05:06:07+00:00';
const time = '[04/Mar/2026:05:06:07 +0000]';

describe('a log', () => {
  it('may change its format at any line', () => {
    const json = JSON.stringify({ time: at, method: 'GET', path: '/j', status: 200, userAgent: 'curl/8' });
    const combined = `192.0.2.7 - - ${time} "GET /c HTTP/1.1" 200 5 "-" "curl/8"`;
    const lines = [
      ...Array.from({ length: 60 }, () => combined),
      json,
      combined,
      '/docker-entrypoint.sh: ready',
      json,
    ];
    expect(readLog(lines).slice(59)).toMatchObject([
      { path: '/c' },
      { path: '/j' },
      { path: '/c' },
      'unknown',
      { path: '/j' },
    ]);
  });

  it('may begin with null bytes, as after copytruncate', () => {
    expect(readOne(`${'\0'.repeat(50)}192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5`)).toMatchObject({
      path: '/x',
    });
  });

  it('may be a list of JSON, whose brackets stand in lines of their own', () => {
    const json = JSON.stringify({ time: at, method: 'GET', path: '/j', status: 200 });
    expect(readLog(['[', `${json},`, json, ']'])).toMatchObject([
      'header',
      { path: '/j' },
      { path: '/j' },
      'header',
    ]);
  });

  it.each(['utf16le', 'big-endian'])('in UTF-16 is explained: %s', (encoding) => {
    const bytes = Buffer.from('\ufeff192.0.2.7 - - GET', 'utf16le');
    const text = (encoding === 'utf16le' ? bytes : bytes.swap16()).toString();
    expect(createLogReader().read(text)).toMatchObject({
      reason: expect.stringContaining('UTF-16') as string,
    });
  });

  it('may have carriage returns before its line feeds, as many as there are', () => {
    const line = `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "curl/8"`;
    expect(readOne(`${line}\r\r`)).toEqual(readOne(line));
  });

  it.each([
    ['text', [`192.0.2.7 - - ${time} "GET /a HTTP/1.1" 200 5 "-" "curl/8"`]],
    ['JSON', [JSON.stringify({ time: at, method: 'GET', path: '/j', status: 200 })]],
    ['W3C', ['#Fields: date time cs-method cs-uri-stem sc-status', '2026-03-04 05:06:07 GET /a 200']],
  ])('whose lines end in carriage returns alone is not taken for one line: %s', (_kind, lines) => {
    expect(createLogReader().read([...lines, ...lines].join('\r'))).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('carriage return alone') as string,
    });
  });

  it('that is no access log has nothing', () => {
    expect(
      readLog([
        'Mar  4 05:06:08 web sshd[1]: hello',
        '{"level":"info","msg":"GET /a 200","ts":"2026-03-04T05:06:08Z"}',
        'plain',
      ]),
    ).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('is read in time that is proportional to its length', () => {
    const lines = [
      '\\'.repeat(60_000),
      ' ['.repeat(30_000),
      '"'.repeat(60_000),
      '" '.repeat(30_000),
      `"${'a\\"'.repeat(20_000)}`,
      '{"a":"'.repeat(10_000),
      `{"a":"${'\\"'.repeat(30_000)}`,
      '[2000-10-10'.repeat(6_000),
      'a="x '.repeat(12_000),
      'a=1 '.repeat(15_000),
      'a:1:'.repeat(15_000),
      `192.0.2.7 - - ${time} "GET /a${' '.repeat(60_000)}x HTTP/1.1" 200 5 "-" "-"`,
      `192.0.2.7 - - ${time} "GET ${'" '.repeat(30_000)}`,
      '<1>1 a '.repeat(8_000),
    ];
    const log = [
      '#Fields: date time cs-method cs-uri-stem cs(User-Agent)',
      ...lines,
      ...lines.map((line) => `{"log":${JSON.stringify(line)}}`),
    ];
    expect(cpuMilliseconds(() => void readLog(log))).toBeLessThan(3_000);
  });
});
