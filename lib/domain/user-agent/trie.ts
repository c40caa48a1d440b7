import { symbolCount, symbolOf } from './symbols.ts';

/** The state in which no text continues. */
export const nowhere = 0;
export const root = 1;

/**
 * Texts as a tree of their symbols. `next[node * symbolCount + symbol]` is the node of a text with one symbol more.
 */
export interface Trie {
  readonly next: Uint16Array;
  readonly nodeOf: (text: string) => number;
}

export function createTrie(texts: Iterable<string>): Trie {
  const nodes: number[][] = [[], []];
  for (const text of texts) {
    let node = root;
    for (const character of text) {
      const children = (nodes[node] ??= []);
      node = children[symbolOf(character)] ??= nodes.push([]) - 1;
    }
  }
  const next = new Uint16Array(nodes.length * symbolCount);
  for (const [node, children] of nodes.entries()) {
    // Only the children: most places of these arrays are empty.
    for (const symbol of Object.keys(children))
      next[node * symbolCount + Number(symbol)] = children[Number(symbol)] ?? nowhere;
  }
  const nodeOf = (text: string): number => {
    let node = root;
    for (const character of text) node = next[node * symbolCount + symbolOf(character)] ?? nowhere;
    return node;
  };
  return { next, nodeOf };
}

/** A search for many texts at once. */
export interface LiteralSearch {
  /** `next[state * symbolCount + symbol]`: the state after one symbol more, starting at `root`. */
  readonly next: Uint16Array;
  /** Indices of the texts that end in a state, the longest first. */
  readonly ending: readonly (readonly number[])[];
}

/**
 * Prepares a search for all occurrences of `texts` in one pass, by Aho and Corasick: if a text does not continue, the
 * search goes on with the longest text that begins with the symbols read last.
 */
export function createLiteralSearch(texts: readonly string[]): LiteralSearch {
  const { next, nodeOf } = createTrie(texts);
  const ending: number[][] = Array.from({ length: next.length / symbolCount }, () => []);
  for (const [index, text] of texts.entries()) ending[nodeOf(text)]?.push(index);
  const fallback = new Uint16Array(ending.length).fill(root);
  const queue = [root];
  for (const node of queue) {
    const otherwise = fallback[node] ?? root;
    if (node !== root) ending[node]?.push(...(ending[otherwise] ?? []));
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      const place = node * symbolCount + symbol;
      const child = next[place] ?? nowhere;
      const instead = node === root ? root : (next[otherwise * symbolCount + symbol] ?? root);
      if (child === nowhere) {
        next[place] = instead;
      } else {
        fallback[child] = instead;
        queue.push(child);
      }
    }
  }
  return { next, ending };
}
