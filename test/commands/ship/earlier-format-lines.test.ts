import { describe, expect, it } from 'vitest';
import { createFormat, formatNames } from '../../../commands/ship/earlier-scheme/formats/known-formats.ts';
import { decodePercents, unescapeQuoted } from '../../../commands/ship/earlier-scheme/formats/unescape.ts';
import { cpuMilliseconds } from '../../cpu-milliseconds.ts';

const plain = { isQueryKept: false, fieldNames: new Map() };

describe('in the earlier scheme, a line', () => {
  const combined = createFormat('combined', plain);
  const line = (path: string, agent: string) =>
    `::1 - - [28/Dec/2025:18:03:07 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "${agent}"`;

  it('with an agent that is too long is counted by the start of the agent', () => {
    const read = combined.read(line('/', `curl/${'8'.repeat(2_000)}`));
    expect(read?.entry?.userAgent).toHaveLength(1_024);
  });

  it('with a path that is too long is skipped, but not with a query that is too long', () => {
    expect(combined.read(line(`/${'x'.repeat(2_048)}`, '-'))?.reason).toBe(
      'path must have at most 2048 characters',
    );
    expect(combined.read(line(`/?${'x'.repeat(5_000)}`, '-'))?.entry?.path).toBe('/');
  });

  it('cannot be forged by what a client sends', () => {
    const user = String.raw`x [01/Jan/2000:00:00:00 +0000] \"GET /forged HTTP/1.1\" 200 1`;
    const read = combined.read(
      `::1 - ${user} [28/Dec/2025:18:03:07 +0000] "GET /real HTTP/1.1" 200 1 "-" "-"`,
    );
    expect(read?.entry).toMatchObject({ path: '/real', receivedAt: '2025-12-28T18:03:07+00:00' });
  });

  it('that was cut off is skipped', () => {
    const whole = line('/pricing', 'curl/8.7.1');
    const common = createFormat('common', plain);
    for (let length = 1; length < whole.length; length++) {
      expect(combined.read(whole.slice(0, length))?.entry).toBeUndefined();
    }
    // Cut off before its referrer, it looks like a line of the other format, and says the same except for the agent.
    expect(common.read(whole.slice(0, -9))?.entry).toBeUndefined();
  });

  it('is read in time proportional to its length', () => {
    const texts = ['\\'.repeat(60_000), ' ['.repeat(30_000), '"'.repeat(60_000), `"${'a\\"'.repeat(20_000)}`];
    const spent = cpuMilliseconds(() => {
      for (const text of texts) {
        for (const name of formatNames) createFormat(name, plain).read(text);
        combined.read(line(text, text));
      }
    });
    expect(spent).toBeLessThan(5_000);
  });
});

describe('in the earlier scheme, escapes', () => {
  it.each([
    [String.raw`\"a\" \\x \n`, '"a" \\x \n'],
    [String.raw`\xe2\x9C\x93`, '✓'],
    [String.raw`\xff`, '\ufffd'],
    [String.raw`\q`, 'q'],
    ['plain', 'plain'],
  ])('%s', (text, unescaped) => {
    expect(unescapeQuoted(text)).toBe(unescaped);
  });

  it.each([
    ['a%20b%E2%9C%93', 'a b✓'],
    ['100%', '100%'],
    ['%zz%', '%zz%'],
  ])('%s', (text, decoded) => {
    expect(decodePercents(text)).toBe(decoded);
  });
});
