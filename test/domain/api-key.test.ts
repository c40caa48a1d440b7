import { describe, expect, it } from 'vitest';
import {
  apiKeyFromHeader,
  createApiKey,
  hasHash,
  hashOfApiKey,
  parseApiKey,
} from '../../lib/domain/api-key.ts';
import { isSignedUnder } from '../../lib/domain/signed-text.ts';

const secret = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);
const key = createApiKey({ id: Buffer.alloc(8, 0xab), random: Buffer.alloc(20, 7) }, secret);
const oldText = `lap_${Buffer.alloc(32, 7).toString('base64url')}`;

describe('an API key', () => {
  it('is its prefix, its id, its random part and a MAC', () => {
    expect(key.text).toMatch(/^lap_abababababababab_[0-9a-f]{40}_[0-9a-f]{32}$/);
    expect(parseApiKey(key.text)).toEqual({ form: 'sealed', text: key.text, id: 'abababababababab' });
    expect(parseApiKey(oldText)).toEqual({ form: 'old', text: oldText });
  });

  it('stays the same from version to version, so that keys that were given out are taken', () => {
    // Computed by openssl dgst -sha256 -mac HMAC.
    expect(key.text).toBe(
      'lap_abababababababab_0707070707070707070707070707070707070707_70960830a8008b4782b2040665723443',
    );
  });

  it('is made under one secret, and under no other', () => {
    expect(isSignedUnder(key.text, [secret])).toBe(true);
    expect(isSignedUnder(key.text, [other, secret])).toBe(true);
    expect(isSignedUnder(key.text, [other])).toBe(false);
    expect(isSignedUnder(key.text, [])).toBe(false);
  });

  it('fails the check with any character changed', () => {
    for (let at = 'lap_'.length; at < key.text.length; at += 1) {
      if (key.text[at] === '_') continue;
      const changed = `${key.text.slice(0, at)}${key.text[at] === '0' ? '1' : '0'}${key.text.slice(at + 1)}`;
      const parsed = parseApiKey(changed);
      if (parsed?.form !== 'sealed') throw new Error(`${changed} is not shaped like a key`);
      expect({ changed, isTaken: isSignedUnder(parsed.text, [secret]) }).toEqual({ changed, isTaken: false });
    }
  });

  it('is recognised by its hash alone', () => {
    expect(hasHash(key, hashOfApiKey(key.text))).toBe(true);
    expect(hasHash(key, hashOfApiKey(oldText))).toBe(false);
    expect(hasHash(key, '')).toBe(false);
  });
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

it.each([
  ['Bearer', `Bearer ${key.text}`],
  ['bearer, with more blanks', `bearer   ${key.text}`],
  ['Splunk', `Splunk ${key.text}`],
  ['the password of Basic', `Basic ${base64(`some:${key.text}`)}`],
  ['ApiKey behind an id', `ApiKey ${base64(`id:${key.text}`)}`],
  ['ApiKey as it is', `ApiKey ${key.text}`],
  ['the key alone', key.text],
])('finds a key in the form of %s', (_, header) => {
  expect(apiKeyFromHeader(header)).toEqual(key);
});

it.each([
  ['no header', undefined],
  ['an empty one', ''],
  ['another scheme', `Basic ${key.text}`],
  ['a scheme without a key', 'Bearer '],
  ['a path', 'Bearer ../../secret'],
  ['a key that is too short', `Bearer ${key.text.slice(0, -1)}`],
  ['a key that is too long', `Bearer ${key.text}0`],
  ['capitals', `Bearer ${key.text.toUpperCase()}`],
  ['a line break behind it', `Bearer ${key.text}\n`],
  ['two keys', `Bearer ${key.text}, Bearer ${key.text}`],
])('finds no key in %s', (_, header) => {
  expect(apiKeyFromHeader(header)).toBeUndefined();
});

it.each([key.text, `Bearer ${key.text}`, `bearer  ${key.text}`])('finds the key in %j', (header) => {
  expect(apiKeyFromHeader(header)).toEqual(key);
});
