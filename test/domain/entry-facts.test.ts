import { describe, expect, it } from 'vitest';
import { parseFacts } from '../../lib/domain/entry-facts.ts';
import { parseBatch } from '../../lib/domain/parse-batch.ts';
import { sentEntry } from '../factories.ts';

const none = {
  bytes: undefined,
  durationMs: undefined,
  referrerHost: undefined,
  host: undefined,
  clientIp: undefined,
  country: undefined,
};

describe('the facts of an entry', () => {
  it('are absent where none was sent', () => {
    expect(parseFacts(sentEntry())).toBeUndefined();
  });

  it.each<[object, object]>([
    [{ bytes: 0 }, { bytes: 0 }],
    [{ bytes: 2 ** 43 }, { bytes: 2 ** 43 }],
    [{ bytes: '512' }, { bytes: 512 }],
    [{ durationMs: 1.5 }, { durationMs: 2 }],
    [{ durationMs: 86_400_000 }, { durationMs: 86_400_000 }],
    [{ durationMs: '0.4' }, { durationMs: 0 }],
    [{ referrer: 'https://A.example:8080/x?y=1' }, { referrerHost: 'a.example' }],
    [{ referrer: 'http://user:secret@a.example?x' }, { referrerHost: 'a.example' }],
    [{ host: 'WWW.a.example.:443' }, { host: 'www.a.example' }],
    [{ host: '[2001:db8::1]:8080' }, { host: '[2001:db8::1]' }],
    [{ clientIp: '2001:db8::1' }, { clientIp: '2001:db8::1' }],
    [{ country: 'de' }, { country: 'DE' }],
  ])('are read: %j', (sent, facts) => {
    expect(parseFacts({ ...sent })).toEqual({ ...none, ...facts });
  });

  it.each([
    { bytes: -1 },
    { bytes: 1.5 },
    { bytes: 2 ** 43 + 1 },
    { bytes: '-' },
    { durationMs: -0.1 },
    { durationMs: 86_400_001 },
    { durationMs: null },
    { referrer: '-' },
    { referrer: 'android-app://com.example' },
    { referrer: `https://a.example/${'x'.repeat(2_048)}` },
    { host: 'a b' },
    { host: 7 },
    { clientIp: 'localhost' },
    { country: 'Germany' },
  ])('are left out where they are not valid, and the entry stays valid: %j', (sent) => {
    expect(parseFacts({ ...sent })).toEqual(none);
    expect(parseBatch(Buffer.from(JSON.stringify([sentEntry(sent)])), 'application/json')).toHaveLength(1);
  });

  it('are read under the names of other programs, also beside an entry that has all that it needs', () => {
    const sent = sentEntry({
      body_bytes_sent: '77',
      request_time: 0.25,
      http_referer: 'https://b.example/',
      http_host: 'a.example',
      remote_addr: '192.0.2.1',
      ClientCountry: 'fr',
      requestId: 'not a fact',
    });
    const [entry] = parseBatch(Buffer.from(JSON.stringify([sent])), 'application/json');
    expect(entry?.facts).toEqual({
      bytes: 77,
      durationMs: 250,
      referrerHost: 'b.example',
      host: 'a.example',
      clientIp: '192.0.2.1',
      country: 'FR',
    });
  });

  it('are read from the lines of access logs, with the address', () => {
    const line =
      '192.0.2.1 - - [28/Dec/2025:18:03:07 +0000] "GET / HTTP/1.1" 200 77 "https://b.example/" "curl/8"';
    const [entry] = parseBatch(Buffer.from(line), 'text/plain');
    expect(entry?.facts).toEqual({
      ...none,
      bytes: 77,
      referrerHost: 'b.example',
      clientIp: '192.0.2.1',
    });
  });
});
