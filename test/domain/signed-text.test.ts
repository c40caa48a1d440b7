import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { areEqual, isSignedUnder, signText, withoutMac } from '../../lib/domain/signed-text.ts';

const secrets = [1, 2, 3].map((byte) => Buffer.alloc(32, byte));
const signedBy = (place: number) => signText('claims', secrets[place] ?? '');

describe('a signed text', () => {
  it('is the text, and a MAC that only its secret makes', () => {
    const signed = signedBy(1);
    expect(signed).toMatch(/^claims_[0-9a-f]{32}$/);
    expect(withoutMac(signed)).toBe('claims');
    expect(isSignedUnder(signed, secrets)).toBe(true);
    expect(isSignedUnder(signed, [])).toBe(false);
    expect(isSignedUnder(signed, secrets.toSpliced(1, 1))).toBe(false);
    expect(isSignedUnder(signed.replace('claims', 'claimed'), secrets)).toBe(false);
  });

  it.each(['', 'x', '_', 'a'.repeat(31)])('is not %j', (text) => {
    expect(isSignedUnder(text, secrets)).toBe(false);
  });

  it('differs from another text of any length, without an error', () => {
    expect([areEqual('a', 'a'), areEqual('a', 'b'), areEqual('a', 'aa'), areEqual('', 'ä')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('the check of a signature', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  it.each([0, 1, 2, 'none'] as const)(
    'takes as many steps, each in constant time, where secret %s fits',
    (place) => {
      const compared = vi.spyOn(crypto, 'timingSafeEqual');
      syncBuiltinESMExports(); // modules that import it by name see the spy
      const signed = place === 'none' ? signText('claims', 'another') : signedBy(place);
      expect(isSignedUnder(signed, secrets)).toBe(place !== 'none');
      expect(compared.mock.calls.map(([one]) => one.byteLength)).toEqual([32, 32, 32]);
    },
  );
});
