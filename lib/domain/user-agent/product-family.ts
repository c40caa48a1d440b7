import { distinctProducts, leadingProducts, runtimes } from './products.ts';

/** A word as products are named, or a whole web address, so that the words in its path aren't taken for names. */
const wordOrAddress = /https?:\/\/[^\s;,)]*|[a-z0-9][\w.-]*/gi;

/** The longest known agents have some forty words; a hostile one has 512, each of which is looked up. */
const maxWords = 64;

const endsLikeCrawler = /(?:bot|spider|crawler|scraper)$/;

/**
 * The family of the program that names itself in `userAgent`, as `products.ts` has it. Where no name is known, but one
 * ends like a crawler's, `unknownCrawler`, lest it counts as the browser that it also claims to be. Else `undefined`.
 */
export function productFamily(userAgent: string, unknownCrawler: string): string | undefined {
  let previous = '';
  let position = 0;
  let isCrawler = false;
  for (const [text] of userAgent.matchAll(wordOrAddress)) {
    if (text.includes('://')) continue;
    const word = text.toLowerCase();
    const name = withoutVersion(word);
    const pair = `${previous} ${word}`;
    const family =
      (position === 0 ? (leadingProducts.get(word) ?? leadingProducts.get(name)) : undefined) ??
      (position === 1 ? leadingProducts.get(pair) : undefined) ??
      distinctProducts.get(word) ??
      distinctProducts.get(name) ??
      distinctProducts.get(pair);
    if (family !== undefined) return family;
    isCrawler ||= endsLikeCrawler.test(name) && name !== 'cubot'; // Cubot makes telephones
    previous = word;
    position += 1;
    if (position === maxWords) break;
  }
  return isCrawler ? unknownCrawler : undefined;
}

/** The family of the runtime that sends `userAgent`: what is left to say where product and browser are unknown. */
export function runtimeFamily(userAgent: string): string | undefined {
  let words = 0;
  for (const [text] of userAgent.matchAll(wordOrAddress)) {
    if (words === maxWords) break;
    words += 1;
    const family = runtimes.get(withoutVersion(text.toLowerCase()));
    if (family !== undefined) return family;
  }
  return undefined;
}

/** `word` without the digits, dots and dashes at its end: some write their version without a slash. */
function withoutVersion(word: string): string {
  let end = word.length;
  while (end > 0 && '0123456789._-'.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
}
