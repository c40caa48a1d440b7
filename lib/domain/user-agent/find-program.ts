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

/** What a name says of the program that has it. */
interface Name {
  /** The family, wherever the name is. */
  readonly distinct?: string | undefined;
  /** The family, where the agent begins with the name. */
  readonly leading?: string | undefined;
  /** The family, where nothing better is known. */
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
/** By node: which of the names it is, 0 for none. */
const nameAt = new Uint16Array(next.length / symbolCount);
for (const [index, name] of [...allNames].entries()) nameAt[nodeOf(name)] = index + 1;

const letterOrDigit = letter | digit;
const inWord = wordCharacter | dot | dash;
const letterH = symbolOf('h');
const addressStarts = ['http://', 'https://'].map(symbolsOf);
const crawlerEndings = ['bot', 'spider', 'crawler', 'scraper'].map(symbolsOf);
const [letterT, letterR] = ['t', 'r'].map(symbolOf);
const cubot = symbolsOf('cubot');

export interface Program {
  /** The family of the program that names itself. */
  readonly product?: string;
  /** A word ends as the names of crawlers do. */
  readonly isCrawler: boolean;
  /** The family of the runtime that sends the agent: what is left to say where product and browser are unknown. */
  readonly runtime: string | undefined;
}

/**
 * The program that names itself in an agent, as `products.ts` has it. A word is as products are named, `[a-z0-9][\w.-]*`;
 * a whole web address is passed over, so that the words in its path aren't taken for names. It walks along the names that
 * it may be reading, so that no text is made of a word: a word of two characters takes 10 ns.
 */
export function findProgram(symbols: Uint8Array, length: number): Program {
  let isCrawler = false;
  let runtime: string | undefined;
  /** The names that begin with the word before and a space. */
  let pairs = nowhere;
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
      at += address.length;
      while (at < length && !isIn(addressEnd, symbols[at] ?? 0)) at += 1;
      addresses += 1;
      continue;
    }
    // The word, without the digits, dots and dashes at its end (some write their version without a slash), and as the
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
    if ((ofWord | ofName | ofPair) !== 0) {
      const product = familyOf(names[ofWord], names[ofName], names[ofPair], position);
      if (product !== undefined) return { product, isCrawler, runtime };
      if (position + addresses < maxWords) runtime ??= names[ofName]?.runtime;
    }
    isCrawler ||= endsLikeCrawler(symbols, start, nameEnd);
    pairs = next[word * symbolCount + space] ?? nowhere;
    position += 1;
  }
  return { isCrawler, runtime };
}

function familyOf(
  word: Name | undefined,
  name: Name | undefined,
  pair: Name | undefined,
  position: number,
): string | undefined {
  return (
    (position === 0 ? (word?.leading ?? name?.leading) : undefined) ??
    (position === 1 ? pair?.leading : undefined) ??
    word?.distinct ??
    name?.distinct ??
    pair?.distinct
  );
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
