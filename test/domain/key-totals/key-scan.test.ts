import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyScan } from '../../../lib/domain/key-totals/key-scan.ts';
import { viewOf } from '../../../lib/domain/key-totals/key-table.ts';

/** Scans the JSON text of a key that stands behind `before` and in front of `after`. */
function scanned(key: string, before: string, after: string): { length: number; hash: number } {
  const bytes = Buffer.from(`${before}${JSON.stringify(key)}${after}`);
  const start = Buffer.byteLength(before) + 1;
  const scan = new KeyScan();
  scan.scan(bytes, viewOf(bytes), start);
  return { length: scan.end - start, hash: scan.hash };
}

describe('a key scan', () => {
  it('ends at the quote that ends the key, and has the same hash wherever the key stands', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('"', '\\', 'a', 'é', 'GET /')).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(key, fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (key, before, after) => {
        const first = scanned(key, '{', ':1}');
        expect(first.length).toBe(Buffer.byteLength(JSON.stringify(key)) - 2);
        expect(scanned(key, before, `:12,${after}`)).toEqual(first);
      }),
    );
  });

  it('has different hashes for keys that differ in one letter', () => {
    const hashes = Array.from({ length: 10_000 }, (_, n) => scanned(`GET /${n}`, '{', ':1}').hash);
    expect(new Set(hashes).size).toBeGreaterThan(9_900);
  });
});
