import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOfApiKey } from '../../lib/domain/api-key.ts';
import { customerIdPattern } from '../../lib/domain/customer-id.ts';
import { grantOf } from '../../lib/domain/grant.ts';
import {
  createShareToken,
  isMadeWith,
  parseShareToken,
  presentsShareToken,
  shareTokenFromHeader,
} from '../../lib/domain/share-token.ts';
import { isSignedUnder } from '../../lib/domain/signed-text.ts';
import { apiKeyRecord, installationSecret, newApiKey } from '../api-keys.ts';
import { customer, instant } from '../factories.ts';
import { shareToken, tamperedTokens, tokenParts } from '../share-links.ts';

const { secret } = installationSecret(1);
const { secret: other } = installationSecret(2);
const key = newApiKey();
const record = apiKeyRecord(key);
const now = instant('2025-12-28T18:00:00Z');

const anyLink = fc.record({
  customerId: fc
    .stringMatching(customerIdPattern)
    .filter((text) => text !== '.' && text !== '..')
    .map(customer),
  expiresAt: fc.integer({ min: 1, max: 99_999_999_999 }).map((seconds) => new Date(seconds * 1_000)),
  maker: fc.option(
    fc.record({ keyId: fc.stringMatching(/^[0-9a-f]{16}$/), keyHash: fc.stringMatching(/^[0-9a-f]{64}$/) }),
    { nil: undefined },
  ),
});

describe('the token of a share link', () => {
  it('is read as it was made, whatever customer, end and key it has', () => {
    fc.assert(
      fc.property(anyLink, (given) => {
        const token = createShareToken(given, secret);
        expect(token.text).toMatch(/^[A-Za-z0-9_-]+$/); // needs no encoding in an address
        expect(parseShareToken(token.text)).toEqual({
          form: 'shared',
          text: token.text,
          customerId: given.customerId,
          expiresAt: given.expiresAt,
          keyId: given.maker?.keyId,
        });
        expect(isSignedUnder(token.text, [other, secret])).toBe(true);
        expect(isMadeWith(token, given.maker?.keyHash ?? '')).toBe(true);
      }),
    );
  });

  it('passes no check after any text was put in place of any of its parts', () => {
    const change = fc.record({ at: fc.nat(), length: fc.nat(20), text: fc.string({ maxLength: 20 }) });
    fc.assert(
      fc.property(anyLink, change, (given, { at, length, text }) => {
        const token = createShareToken(given, secret);
        const from = at % token.text.length;
        const changed = `${token.text.slice(0, from)}${text}${token.text.slice(from + length)}`;
        fc.pre(changed !== token.text);
        const parsed = parseShareToken(changed);
        expect(parsed !== undefined && isSignedUnder(parsed.text, [secret])).toBe(false);
      }),
    );
  });

  it('stays the same from version to version, so that links that were sent are taken', () => {
    // Computed by openssl dgst -sha256 -mac HMAC.
    const given = {
      customerId: customer(),
      expiresAt: instant('2026-01-04T18:12:00Z'),
      maker: { keyId: 'abababababababab', keyHash: '07'.repeat(32) },
    };
    expect(createShareToken(given, secret).text).toBe(
      'las_1767550320_abababababababab_Y3VzLWF4b24_12e21bd8f65083add404867af2c0020c_fc8f9a8af83a7017917a3a8a5d75c629',
    );
  });

  it('is nothing else that was signed, and no API key is a token', () => {
    expect(parseShareToken(key.text)).toBeUndefined();
    expect(shareTokenFromHeader(`Bearer ${key.text}`)).toBeUndefined();
  });

  it.each([
    '',
    'las_',
    `${shareToken().text} `,
    ` ${shareToken().text}`,
    `${shareToken().text}\n`,
    'las_0_none_YQ_',
  ])('is not %j', (text) => {
    expect(parseShareToken(text)).toBeUndefined();
  });

  it.each(['.', '..', 'a b', 'ä', '', 'x'.repeat(129)])('is not of %j, which is no customer', (text) => {
    const customerText = Buffer.from(text).toString('base64url');
    const whole = shareToken().text.replace(/Y3VzLWF4b24/, customerText);
    expect(parseShareToken(whole)).toBeUndefined();
  });
});

describe('the header with a token', () => {
  const { text } = shareToken();

  it.each([`Share ${text}`, `share  ${text}`, `Bearer ${text}`, `BEARER ${text}`])('may be %s', (header) => {
    expect(presentsShareToken(header)).toBe(true);
    expect(shareTokenFromHeader(header)?.text).toBe(text);
  });

  it.each(['Share', 'Share x', 'Bearer las_x', `Share ${text}, Share ${text}`, `Bearer ${text},${text}`])(
    'presents one that is not valid: %s',
    (header) => {
      expect(presentsShareToken(header)).toBe(true);
      expect(shareTokenFromHeader(header)).toBeUndefined();
    },
  );

  it.each([undefined, '', text, `Basic ${text}`, `Splunk ${text}`, 'Bearer lap_x', 'Sharepoint x'])(
    'presents none: %s',
    (header) => {
      expect(presentsShareToken(header)).toBe(false);
      expect(shareTokenFromHeader(header)).toBeUndefined();
    },
  );
});

describe('the record of the key that made a link', () => {
  const link = shareToken({ key });

  it('grants to read the counts of its customer until the link ends', () => {
    expect(grantOf(link, record, now)).toEqual({
      customerId: 'cus-axon',
      scopes: ['read'],
      keyId: `link:${key.id}`,
      sharedUntil: link.expiresAt,
    });
    expect(grantOf(link, record, new Date(link.expiresAt.getTime() - 1))).toBeDefined();
    expect(grantOf(link, record, link.expiresAt)).toBeUndefined();
  });

  it('grants no more where the key itself may do more', () => {
    const operator = { ...record, scopes: ['ingest', 'read', 'operate'] as const };
    expect(grantOf(link, operator, now)?.scopes).toEqual(['read']);
  });

  it.each([
    ['does not read', { scopes: ['ingest', 'operate'] as const }],
    ['is of another customer', { customerId: customer('cus-other') }],
    ['has expired', { expiresAt: now }],
    ['is of another key', { hash: hashOfApiKey('another') }],
  ])('grants nothing where it %s', (_, changed) => {
    expect(grantOf(link, { ...record, ...changed }, now)).toBeUndefined();
  });

  it('grants nothing to a token that somebody signed who has the secret and not the key', () => {
    const forged = createShareToken(
      { ...link, maker: { keyId: key.id, keyHash: hashOfApiKey('guessed') } },
      secret,
    );
    expect(isSignedUnder(forged.text, [secret])).toBe(true);
    expect(grantOf(forged, record, now)).toBeUndefined();
  });

  it.each(tokenParts)('grants nothing to a token with another %s', (part) => {
    for (const text of tamperedTokens(link.text, part)) {
      const parsed = parseShareToken(text);
      const isTaken = parsed !== undefined && isSignedUnder(parsed.text, [secret]);
      expect({ text, isTaken }).toEqual({ text, isTaken: false });
    }
  });
});
