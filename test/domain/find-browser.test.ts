import * as fc from 'fast-check';
import { UAParser } from 'ua-parser-js';
import { describe, expect, it } from 'vitest';
import { browserPatterns } from '../../lib/domain/user-agent/browser-patterns.ts';
import { browsers, browserVariants } from '../../lib/domain/user-agent/browsers.ts';
import { findBrowser } from '../../lib/domain/user-agent/find-browser.ts';
import { patternsVersion } from '../../lib/domain/user-agent/rules-version.ts';
import { readSymbols } from '../../lib/domain/user-agent/symbols.ts';
import { propertyRuns } from '../property-runs.ts';

const maxLength = 500;

function nameOf(agent: string): string | undefined {
  const text = agent.slice(0, maxLength);
  const symbols = new Uint8Array(maxLength + 1);
  readSymbols(text, symbols);
  return findBrowser(symbols, text.length);
}

const nameInLibrary = (agent: string) => new UAParser(agent).getBrowser().name?.toLowerCase();

/** Treats names that no table has as equal: their family is the same. */
const known = (name: string | undefined) =>
  name === undefined || browsers.has(name) || browserVariants.has(name) ? name : 'not in the tables';

/** Texts that the patterns look for. */
const texts = browserPatterns
  .flat()
  .flatMap(({ steps }) =>
    steps.flatMap((step) => [...step.texts, ...(step.runEnd === undefined ? [] : [step.runEnd])]),
  );
/** Other parts of the patterns, and texts that almost match. */
const others = [
  ...'opera mobi|opera tablet|opera moblet|opera botbotbo|baiduboxapp|baidubrowser|bidubrowser|baiduhd|baidu|bbad'.split(
    '|',
  ),
  ...'tizen browser/|tizenbrowser/|nokiabrowser/|okena browser/|tizen|iron saf|ome/1 iron saf|ome/1 x iron saf'.split(
    '|',
  ),
  ...'ome/1 xiron saf|qihu 360ee|naver|fbav|mobile|safari|Version/4.0 |Mobile/15E148 Safari/604|rv:11.0|rv:1'.split(
    '|',
  ),
  ...'like Gecko|Gecko/2010|Chrome/1|tesla/2017.3|tesla/2017|netscape7/1|mobile vr; rv:1)|links (1'.split(
    '|',
  ),
  ...'1.0|9|.|-|_| |/|(|)|;|:|+|,|x|v|V1|e/|\n|\r|\u2028|\t|\u00a0|é|İ|ſ|\u212a|\ud83e\udd8a'.split('|'),
  '|',
];
const piece = fc
  .tuple(fc.constantFrom(...texts, ...others, ...others), fc.boolean())
  .map(([text, isUpper]) => (isUpper ? text.toUpperCase() : text));
/** A few pieces, or few different ones over and over. */
const agent = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 10 }),
  fc
    .uniqueArray(piece, { minLength: 2, maxLength: 5 })
    .chain((some) => fc.array(fc.constantFrom(...some), { minLength: 3, maxLength: 60 })),
);

describe('findBrowser', () => {
  it('has the patterns of the version of ua-parser-js that it is held to', () => {
    expect(UAParser.VERSION).toBe(patternsVersion);
  });

  it('finds the browser that ua-parser-js finds, whatever the agent', () => {
    fc.assert(
      fc.property(agent, (pieces) => {
        const text = pieces.join('').trim();
        // Ours, ahead of the others; cubic in the library.
        fc.pre(!text.toLowerCase().includes('naver('));
        expect(known(nameOf(text))).toBe(known(nameInLibrary(text)));
      }),
      { numRuns: propertyRuns(30_000) },
    );
  });

  it('finds each text of each pattern where ua-parser-js does, with and without a version', () => {
    for (const text of texts.filter((one) => one !== 'naver(')) {
      for (const around of [
        '%',
        '%1.0',
        ' %1.0',
        'x%1.0',
        '%/1.0',
        '% 1.0',
        '%-1',
        '%x',
        '(%1.0)',
        '%1.0 safari/1',
      ]) {
        const sent = around.replace('%', text).trim();
        expect(`${sent}: ${known(nameOf(sent))}`).toBe(`${sent}: ${known(nameInLibrary(sent))}`);
      }
    }
  });

  it('looks at the first 500 characters', () => {
    expect(nameOf(`${'x'.repeat(490)} firefox/1`)).toBe('firefox');
    expect(nameOf(`${'x'.repeat(491)} firefox/1`)).toBe(undefined);
    expect(nameInLibrary(`${'x'.repeat(491)} firefox/1`)).toBe(undefined);
  });
});
