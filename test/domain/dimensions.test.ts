import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countedText, countEntries, countsToText } from '../../lib/domain/dimensions.ts';
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
  .map(({ status, ...fields }) => ({ ...logEntry(fields), status }));

describe('countedText', () => {
  it('is the text of the counts, of few entries as of many', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 12 }), (entries) => {
        const text = countedText(entries, simpleRules);
        expect(text).toBe(countsToText(countEntries(entries, simpleRules)));
        expect(JSON.parse(`{${text}}`)).toHaveProperty('requestsByPath');
      }),
      { numRuns: 500 },
    );
  });
});
