import { describe, expect, it } from 'vitest';
import { readOne } from '../read-log.ts';

const at = '2026-03-04T05:06:07+00:00';
const time = '[04/Mar/2026:05:06:07 +0000]';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0';

describe('a relative of the Common Log Format', () => {
  it.each([
    ['with an empty user', `192.0.2.7 - "" ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`],
    ['with a quoted user', `192.0.2.7 - "Jo Doe" ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`],
    ['in quotes', `"192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}""`],
    ['that begins with a quote', `"192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`],
    ['with two blanks', `192.0.2.7 -  -  ${time}  "GET /x HTTP/1.1"  200  5  "-"  "${firefox}"  12`],
    ['with tabs', `192.0.2.7\t-\t-\t${time}\t"GET /x HTTP/1.1"\t200\t5\t"-"\t"${firefox}"`],
    ['without a referrer', `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "${firefox}"`],
    [
      'with the agent first',
      `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "${firefox}" "https://a.example/"`,
    ],
    [
      'with the host behind the time',
      `192.0.2.7 - - ${time} a.example "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`,
    ],
    ['with a virtual host', `a.example:443 192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}"`],
    ['with a quoted status', `192.0.2.7 - - ${time} "GET /x HTTP/1.1" "200" "5" "-" "${firefox}"`],
    ['without the closing quote', `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}`],
    ['between bars', `192.0.2.7 | - | ${time} | "GET /x HTTP/1.1" | 200 | 5 | "-" | "${firefox}"`],
    ['between commas', `192.0.2.7,-,${time},"GET /x HTTP/1.1",200,5,"-","${firefox}"`],
    [
      'with a backslash at the end of its referrer',
      `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "https://a.example/\\" "${firefox}"`,
    ],
    [
      'with fields of ingress-nginx',
      `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}" 94 0.012 [web-80] [] 10.0.0.1:80 5 0.012 200 4c`,
    ],
    [
      'with fields of Traefik',
      `192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "${firefox}" 3 "web@docker" "http://10.0.0.1:80" 12ms`,
    ],
    ['with a whole URL', `192.0.2.7 - - ${time} "GET http://a.example/x HTTP/1.1" 200 5 "-" "${firefox}"`],
  ])('%s is read', (_name, line) => {
    expect(readOne(line)).toMatchObject({
      receivedAt: at,
      method: 'GET',
      path: '/x',
      userAgent: firefox,
      status: 200,
    });
  });

  it.each([
    ['[04/Mar/2026:05:06:07.123 +0000]', '2026-03-04T05:06:07.123+00:00'],
    ['[04/Mar/2026:05:06:07 +00:00]', at],
    ['[04/mar/2026:05:06:07 +0000]', at],
    ['[04/Mar/2026 05:06:07]', '2026-03-04T05:06:07Z'],
    ['[2026-03-04T05:06:07+01:00]', '2026-03-04T05:06:07+01:00'],
    ['[2026-03-04 05:06:07,123 +0100]', '2026-03-04T05:06:07.123+01:00'],
    ['[Wed, 04 Mar 2026 05:06:07 GMT]', '2026-03-04T05:06:07Z'],
    ['[1772600767.123]', '2026-03-04T05:06:07.123Z'],
    ['[4/Mar/2026:05:06:07 +0000]', at],
    ['[ 4/Mar/2026:05:06:07 +0000]', at],
    ['[04-Mar-2026 05:06:07 UTC]', '2026-03-04T05:06:07Z'],
    ['[04/March/2026:05:06:07 +0000]', at],
    ['[2026/03/04 05:06:07]', '2026-03-04T05:06:07Z'],
    ['[04/Mär/2026:05:06:07 +0000]', at],
    ['[04/Mrz/2026:05:06:07 +0000]', at],
    ['[04/mars/2026:05:06:07 +0000]', at],
    ['[04/févr./2026:05:06:07 +0000]', '2026-02-04T05:06:07+00:00'],
    ['[04/Dez/2026:05:06:07 +0000]', '2026-12-04T05:06:07+00:00'],
    ['[04/juin/2026:05:06:07 +0000]', '2026-06-04T05:06:07+00:00'],
    ['[04/juil./2026:05:06:07 +0000]', '2026-07-04T05:06:07+00:00'],
    ['[04/ago/2026:05:06:07 +0000]', '2026-08-04T05:06:07+00:00'],
  ])('may have the time %s', (text, receivedAt) => {
    expect(readOne(`192.0.2.7 - - ${text} "GET /x HTTP/1.1" 200 5`)).toMatchObject({
      receivedAt,
      path: '/x',
    });
  });

  it('has times in the given zone where they have no offset', () => {
    const line = '192.0.2.7 - - [04/Mar/2026 05:06:07] "GET /x HTTP/1.1" 200 -';
    expect(readOne(line, { utcOffset: '+02:00' })).toMatchObject({ receivedAt: '2026-03-04T05:06:07+02:00' });
  });

  it.each(['0', '000', '999', '-1', '-', '1000'])('has no status where it says %s', (status) => {
    const entry = readOne(`192.0.2.7 - - ${time} "GET /x HTTP/1.1" ${status} 5 "-" "curl/8"`);
    expect(entry).toMatchObject({ path: '/x', userAgent: 'curl/8' });
    expect(entry).not.toHaveProperty('status');
  });

  it.each([
    ['OPTIONS / RTSP/1.0'],
    ['OPTIONS sip:nm SIP/2.0'],
    ['-'],
    [''],
    ['- -'],
    ['PRI * HTTP/2.0'],
    [String.raw`\x16\x03\x01\x02`],
  ])('has no entry for the request "%s"', (request) => {
    expect(readOne(`192.0.2.7 - - ${time} "${request}" 400 5 "-" "-"`)).toBe('no-request');
  });

  it.each([
    ['GET /a.html"><IMG SRC="b.gif/ HTTP/1.0', '/a.html"><IMG SRC="b.gif/'],
    ['GET / " HTTP/1.0', '/ "'],
    ['GET /wais.pl?Wake Shield HTTP/1.0', '/wais.pl?Wake Shield'],
    ['GET /robots.txt HTML/1.0 headers', '/robots.txt HTML/1.0 headers'],
    ['GET /', '/'],
    ['GET https://a.example/x?y=1', '/x?y=1'],
    ['OPTIONS * HTTP/1.1', '*'],
  ])('keeps the target of "%s"', (request, path) => {
    expect(readOne(`192.0.2.7 - - ${time} "${request}" 404 -`)).toMatchObject({ path, status: 404 });
  });

  it('keeps what precedes a damaged end, but not half a request', () => {
    expect(readOne(`192.0.2.7 - - ${time} "GET /x HTTP/1.1" 20`)).toMatchObject({ path: '/x' });
    expect(readOne(`192.0.2.7 - - ${time} "GET /x HTTP/1.1"`)).toMatchObject({ path: '/x' });
    expect(readOne(`192.0.2.7 - - ${time} "GET /x/half`)).toBe('no-request');
  });

  it.each([
    ['"a "quoted" agent"', 'a "quoted" agent'],
    ['"a "quoted" agent" 0.003', 'a "quoted" agent'],
    ['"an "agent"" "203.0.113.9"', 'an "agent"'],
    ['"curl/8" 0.003 "203.0.113.9"', 'curl/8'],
    ['"curl/8" rt="0.003" ["x"]', 'curl/8'],
    ['"curl/8" "', 'curl/8'],
  ])('has the whole agent of %s', (fields, userAgent) => {
    expect(readOne(`192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" ${fields}`)).toMatchObject({
      userAgent,
    });
  });

  it.each([
    ['a user, who may choose its name', '192.0.2.7 - a[01/Jan/2020:00:00:00 +0000]'],
    ['a logger', '[2026-03-04 05:06:09 +0000] [12] [INFO] 192.0.2.7 - -'],
  ])('has the time of the request and not that of %s', (_name, before) => {
    expect(readOne(`${before} ${time} "GET /x HTTP/1.1" 200 5`)).toMatchObject({ receivedAt: at });
    expect(readOne(`${before} ${time} "GET /x [02/Jan/2020:00:00:00 +0000]" 200 5`)).toMatchObject({
      receivedAt: at,
    });
  });

  it('has its facts', () => {
    const line = `a.example:443 192.0.2.7 - - ${time} "GET /x HTTP/1.1" 200 512 "https://b.example/y?q=1#z" "curl/8"`;
    expect(readOne(line)).toMatchObject({
      bytes: 512,
      referrer: 'https://b.example/y?q=1#z',
      host: 'a.example:443',
    });
  });
});
