import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsText } from '../../lib/domain/counts-text.ts';
import {
  numbersOf,
  searchForKey,
  searchForPath,
  type FoundKey,
} from '../../lib/domain/counts-text/find-keys.ts';

const path = fc.oneof(
  fc.constantFrom('/', '/a', '/a" /a', '/"', '/\\', '/\\"', '/é\u2028', '/a":1,"GET /a', '/ /a', '/\ud800'),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => `/${text}`),
);
const method = fc.constantFrom('GET', 'POST', 'G', 'X-');
const key = fc.oneof(
  fc.tuple(method, path).map(([its, text]) => `${its} ${text}`),
  fc.constantFrom('(other)', '7', '404', '__proto__'),
);
const counts = fc
  .array(fc.tuple(key, fc.integer({ min: 1, max: 1_000_000 })), { maxLength: 12 })
  .map((entries) => new Map(entries));

/** Returns the keys of a text by the results of a search. */
function keysOf(found: readonly FoundKey[], requestsByKey: ReadonlyMap<string, number>, json: Buffer) {
  const keys = Object.keys(JSON.parse(json.toString()) as object);
  return numbersOf(found, json).map((number, place) => {
    const name = keys[number] ?? expect.fail('there is no such key');
    expect(found[place]?.requests).toBe(requestsByKey.get(name));
    return name;
  });
}

describe('a search in counts as text', () => {
  it('finds exactly the key, with its requests and its place among the keys', () => {
    fc.assert(
      fc.property(counts, fc.oneof(key, path), (requestsByKey, wanted) => {
        const { json } = countsText(requestsByKey);
        const found = keysOf(searchForKey(wanted)(json), requestsByKey, json);
        expect(found).toEqual(requestsByKey.has(wanted) ? [wanted] : []);
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds exactly the keys of a path, with any method', () => {
    fc.assert(
      fc.property(counts, path, (requestsByKey, wanted) => {
        const { json } = countsText(requestsByKey);
        const found = keysOf(searchForPath(wanted)(json), requestsByKey, json);
        const having = [...requestsByKey.keys()].filter(
          (name) => name.includes(' ') && name.slice(name.indexOf(' ') + 1) === wanted,
        );
        expect(found.toSorted()).toEqual(having.toSorted());
      }),
      { numRuns: 2_000 },
    );
  });
});
