import { distinctProducts, leadingProducts, runtimes } from './products.ts';
import {
  addressEnd,
  dash,
  digit,
  dot,
  isIn,
  letter,
  space,
  symbolCount,
  symbolOf,
  wordCharacter,
} from './symbols.ts';
import { createTrie, nowhere, root } from './trie.ts';

/** The longest known agents have some forty words; a hostile one has 512. */
const maxWords = 64;

/** The meaning of a name for the program that uses it. */
interface Name {
  /** The family, wherever the name is. */
  readonly distinct?: string | undefined;
  /** The family, if the agent begins with the name. */
  readonly leading?: string | undefined;
  /** The family, if nothing better is known. */
  readonly runtime?: string | undefined;
}

const allNames = new Set([...distinctProducts.keys(), ...leadingProducts.keys(), ...runtimes.keys()]);
const { next, nodeOf } = createTrie(allNames);
const names: readonly Name[] = [
  {},
  ...Array.from(allNames, (name): Name => {
    return {
      distinct: distinctProducts.get(name),
      leading: leadingProducts.get(name),
      runtime: runtimes.get(name),
    };
  }),
];
/** Number of the name that ends in a node, 0 for none. */
const nameAt = new Uint16Array(next.length / symbolCount);
for (const [index, name] of [...allNames].entries()) nameAt[nodeOf(name)] = index + 1;

const letterOrDigit = letter | digit;
const inWord = wordCharacter | dot | dash;
const letterH = symbolOf('h');
const addressStarts = ['http://', 'https://'].map(symbolsOf);
const crawlerEndings = ['bot', 'spider', 'crawler', 'scraper'].map(symbolsOf);
const [letterT, letterR] = ['t', 'r'].map(symbolOf);
const plusSign = symbolOf('+');
const cubot = symbolsOf('cubot');

export interface Program {
  /** The family of the program that names itself. */
  readonly product?: string;
  /** True if a word ends like the names of crawlers. */
  readonly isCrawler: boolean;
  /** The family of the runtime that sends the agent, for agents whose product and browser are unknown. */
  readonly runtime: string | undefined;
}

/**
 * Finds the program that names itself in an agent, according to `products.ts`. A word has the form of product names,
 * `[a-z0-9][\w.-]*`; whole web addresses are skipped, so that words in their paths are not taken for names. It
 * follows the names that the current word may be, so no string is created for a word: a word of two characters takes
 * 10 ns.
 */
export function findProgram(symbols: Uint8Array, length: number): Program {
  let isCrawler = false;
  let runtime: string | undefined;
  /** The names that begin with the word before and a space. */
  let pairs = nowhere;
  /** The family of the word before, which may be the first one of a longer name. */
  let before: string | undefined;
  let position = 0;
  let addresses = 0;
  let at = 0;
  while (at < length && position < maxWords) {
    const first = symbols[at] ?? 0;
    if (!isIn(letterOrDigit, first)) {
      at += 1;
      continue;
    }
    const address = first === letterH ? addressStarts.find((start) => isAt(start, symbols, at)) : undefined;
    if (address !== undefined) {
      // Crawlers give the address of their page in this form, and browsers never do.
      isCrawler ||= at > 0 && symbols[at - 1] === plusSign;
      at += address.length;
      while (at < length && !isIn(addressEnd, symbols[at] ?? 0)) at += 1;
      addresses += 1;
      continue;
    }
    // The word, without digits, dots and dashes at its end (some write their version without a slash), and as the
    // second of a pair.
    let word = root;
    let name = root;
    let nameEnd = at;
    let pair = pairs;
    const start = at;
    for (let symbol = first; isIn(inWord, symbol); symbol = symbols[at] ?? 0) {
      if (word !== nowhere) word = next[word * symbolCount + symbol] ?? nowhere;
      if (pair !== nowhere) pair = next[pair * symbolCount + symbol] ?? nowhere;
      at += 1;
      if (isIn(letter, symbol)) {
        name = word;
        nameEnd = at;
      }
    }
    const ofWord = nameAt[word] ?? 0;
    const ofName = nameAt[name] ?? 0;
    const ofPair = nameAt[pair] ?? 0;
    pairs = next[word * symbolCount + space] ?? nowhere;
    if (before !== undefined)
      return { product: ofPairAt(names[ofPair], position) ?? before, isCrawler, runtime };
    if ((ofWord | ofName | ofPair) !== 0) {
      const product = familyOf(names[ofWord], names[ofName], names[ofPair], position);
      if (product !== undefined && pairs === nowhere) return { product, isCrawler, runtime };
      before = product;
      if (position + addresses < maxWords) runtime ??= names[ofName]?.runtime;
    }
    isCrawler ||= endsLikeCrawler(symbols, start, nameEnd);
    position += 1;
  }
  return before === undefined ? { isCrawler, runtime } : { product: before, isCrawler, runtime };
}

function familyOf(
  word: Name | undefined,
  name: Name | undefined,
  pair: Name | undefined,
  position: number,
): string | undefined {
  return (
    (position === 0 ? (word?.leading ?? name?.leading) : undefined) ??
    ofPairAt(pair, position) ??
    word?.distinct ??
    name?.distinct
  );
}

/** Returns the family of two words, which say more than each of them. */
function ofPairAt(pair: Name | undefined, position: number): string | undefined {
  return (position === 1 ? pair?.leading : undefined) ?? pair?.distinct;
}

function endsLikeCrawler(symbols: Uint8Array, start: number, end: number): boolean {
  const last = symbols[end - 1];
  if ((last !== letterT && last !== letterR) || end === start) return false;
  const isCrawler = crawlerEndings.some(
    (ending) => end - ending.length >= start && isAt(ending, symbols, end - ending.length),
  );
  if (!isCrawler) return false;
  return end - start !== cubot.length || !isAt(cubot, symbols, start); // Cubot makes telephones
}

function symbolsOf(text: string): readonly number[] {
  return Array.from(text, symbolOf);
}

function isAt(text: readonly number[], symbols: Uint8Array, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (symbols[start + at] !== text[at]) return false;
  return true;
}
