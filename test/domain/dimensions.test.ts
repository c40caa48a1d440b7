import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countEntries } from '../../lib/domain/count-entries.ts';
import { countsToJson, leastBytesOf, writeCounts, writeFewCountsOf } from '../../lib/domain/dimensions.ts';
import { TextBytes } from '../../lib/domain/text-bytes.ts';
import { logEntry, simpleRules } from '../factories.ts';

const key = fc.oneof(
  fc.constantFrom('a', 'b', '"', '\\', '\n', '\ud800', '\ud83e\udd8a', '__proto__', 'é'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const entry = fc
  .record({
    method: fc.constantFrom('GET', 'POST'),
    path: key.map((text) => `/${text}`),
    userAgent: fc.constantFrom('curl/8', 'Wget/1', ''),
    status: fc.constantFrom(undefined, 200, 404),
  })
  .map(({ status, ...fields }) => Object.assign(logEntry(fields), { status }));

function written(write: (into: TextBytes) => void): string {
  const bytes = new TextBytes();
  write(bytes);
  return bytes.copy().toString();
}

describe('writeFewCountsOf', () => {
  it('writes what writeCounts writes', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 12 }), (entries) => {
        const text = written((into) => writeFewCountsOf(entries, simpleRules, into));
        const { counts } = countEntries(entries, simpleRules);
        expect(text).toBe(written((into) => writeCounts(counts, into)));
        expect(JSON.parse(`{${text}}`)).toEqual(countsToJson(counts));
        expect(leastBytesOf(counts)).toBeLessThanOrEqual(Buffer.byteLength(text));
      }),
      { numRuns: 500 },
    );
  });
});
