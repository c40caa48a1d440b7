import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unescape } from '../../lib/domain/parse-batch/unescape.ts';

const escaped = fc.oneof(
  fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u0041', '\\uD83d', '\\ude00'),
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text).slice(1, -1)),
);

it('reads the inside of a string as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.array(escaped, { maxLength: 6 }), (parts) => {
      const inside = parts.join('');
      expect(unescape(inside)).toBe(JSON.parse(`"${inside}"`));
    }),
    { numRuns: 2_000 },
  );
});
