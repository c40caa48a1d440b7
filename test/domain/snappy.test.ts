import fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { decodeSnappy } from '../../lib/domain/snappy.ts';
import { BatchTooLarge, InvalidRequest } from '../../lib/errors.ts';

const mebibyte = 1_024 * 1_024;

/** Texts that repeat themselves, so that a compressor finds copies near and far, and bytes of which it finds none. */
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.tuple(fc.string({ maxLength: 80 }), fc.integer({ min: 1, max: 400 })), { maxLength: 12 })
    .map((parts) => new TextEncoder().encode(parts.map(([text, times]) => text.repeat(times)).join(''))),
);

describe('decodeSnappy', () => {
  it('returns what another implementation has compressed', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const block = Buffer.from(compress(Buffer.from(body)));
        expect(decodeSnappy(block, mebibyte).equals(body)).toBe(true);
      }),
    );
  });

  it('returns a body of several blocks of the compressor, with copies that reach far back', () => {
    const noise = Buffer.from(Array.from({ length: 70_000 }, (_, n) => (n * 2_654_435_761) >>> 24));
    const body = Buffer.concat([noise, noise, Buffer.alloc(100_000, 'ab')]);

    expect(decodeSnappy(Buffer.from(compress(body)), mebibyte).equals(body)).toBe(true);
  });

  it.each<[string, number[], string]>([
    ['a literal', [3, 2 << 2, 97, 98, 99], 'abc'],
    ['a literal with its length in one byte', [3, 60 << 2, 2, 97, 98, 99], 'abc'],
    ['a literal with its length in four bytes', [3, 63 << 2, 2, 0, 0, 0, 97, 98, 99], 'abc'],
    ['a copy that repeats itself', [9, 0, 97, (4 << 2) | 1, 1], 'aaaaaaaaa'],
    ['a copy with two bytes of offset', [4, 1 << 2, 97, 98, (1 << 2) | 2, 2, 0], 'abab'],
    ['a copy with four bytes of offset', [4, 1 << 2, 97, 98, (1 << 2) | 3, 2, 0, 0, 0], 'abab'],
    ['nothing', [0], ''],
  ])('reads %s', (_name, block, text) => {
    expect(decodeSnappy(Buffer.from(block), 100).toString()).toBe(text);
  });

  it.each<[string, number[]]>([
    ['no size', []],
    ['a size without an end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a literal that ends too early', [3, 2 << 2, 97]],
    ['a literal behind its size', [2, 2 << 2, 97, 98, 99]],
    ['a copy of offset 0', [5, 0, 97, 1, 0]],
    ['a copy from before the start', [5, 0, 97, 1, 2]],
    ['a copy behind its size', [4, 0, 97, 1, 1]],
    ['a copy without its offset', [5, 0, 97, 2, 1]],
    ['fewer bytes than its size', [4, 2 << 2, 97, 98, 99]],
  ])('refuses %s', (_name, block) => {
    expect(() => decodeSnappy(Buffer.from(block), 100)).toThrow(InvalidRequest);
  });

  it('refuses a body larger than the limit before it takes memory for it', () => {
    const fourGibibytes = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 97]);

    expect(() => decodeSnappy(fourGibibytes, mebibyte)).toThrow(BatchTooLarge);
  });

  it('answers any bytes with a body of at most the limit, or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(decodeSnappy(Buffer.from(bytes), 1_000).length).toBeLessThanOrEqual(1_000);
        } catch (error) {
          expect(error instanceof InvalidRequest || error instanceof BatchTooLarge).toBe(true);
        }
      }),
    );
  });
});
